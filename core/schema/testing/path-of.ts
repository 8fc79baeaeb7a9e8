import { type Path, parsePath } from "#core/schema/path.ts";

/** A path as tests write it: `spec.http[0].route`. */
export function pathOf(text: string): Path {
  const path = parsePath(text);
  if (path === undefined) throw new Error(`${JSON.stringify(text)} is not a path`);
  return path;
}
