import type { Diagnostic } from "#core/diagnostic.ts";
import { locatePath } from "#core/resource/locate-path.ts";
import { isWithin, type Path } from "#core/schema/path.ts";

const RANK = { error: 0, warning: 1, info: 2 } as const;

/** Worst first, then by line. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (left, right) => RANK[left.severity] - RANK[right.severity] || (left.line ?? 0) - (right.line ?? 0),
  );
}

/** What is wrong with the field at the path or inside it: the worst, with its hint. Information is no problem. */
export function problemAt(diagnostics: readonly Diagnostic[], path: Path): string | undefined {
  const found = sortDiagnostics(diagnostics).find(
    (diagnostic) => diagnostic.severity !== "info" && diagnostic.path !== undefined && isWithin(diagnostic.path, path),
  );
  if (found === undefined) return undefined;
  return found.hint === undefined ? found.message : `${found.message} (${found.hint})`;
}

/** Gives a problem of the resource as it stands the line it has in the text; one of another resource stands elsewhere. */
export function withLine(diagnostic: Diagnostic, text: string, ownRef: string | null): Diagnostic {
  const { line, path, resource = ownRef } = diagnostic;
  if (line !== undefined || path === undefined || resource !== ownRef) return diagnostic;
  return { ...diagnostic, ...locatePath(text, path) };
}

/** "2 errors, 1 warning"; empty without any. */
export function countProblems(diagnostics: readonly Diagnostic[]): string {
  return (["error", "warning"] as const)
    .map((severity) => ({ severity, count: diagnostics.filter((each) => each.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? "" : "s"}`)
    .join(", ");
}
