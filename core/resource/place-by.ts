import type { Diagnostic } from "#core/diagnostic.ts";

type Place = Pick<Diagnostic, "file" | "line" | "column">;
export type Placer = (path: NonNullable<Diagnostic["path"]>) => Place | undefined;

/** Gives diagnostics the places of their paths, by who knows them of each resource. What has a place keeps it. */
export function placeBy(diagnostics: readonly Diagnostic[], placers: ReadonlyMap<string, Placer>): Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const { resource = "", path, line } = diagnostic;
    if (path === undefined || line !== undefined) return diagnostic;
    return { ...diagnostic, ...placers.get(resource)?.(path) };
  });
}
