import type { Diagnostic } from "#core/diagnostic.ts";
import { formatPath } from "#core/schema/path.ts";

/** `file:line:column: error: message [code]`, as compilers do, so that editors can jump there. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = [diagnostic.file, diagnostic.line, diagnostic.column].filter((part) => part !== undefined).join(":");
  const { path = [] } = diagnostic;
  const subject = [diagnostic.resource ?? "", formatPath(path)].filter((part) => part !== "").join(" ");
  const hint = diagnostic.hint === undefined ? "" : `\n    hint: ${diagnostic.hint}`;
  return `${place === "" ? "" : `${place}: `}${diagnostic.severity}: ${subject === "" ? "" : `${subject}: `}${diagnostic.message} [${diagnostic.code}]${hint}`;
}

/** As JSON and YAML have them: paths are text, as in a table. */
export function toPrinted(diagnostics: readonly Diagnostic[]): readonly object[] {
  return diagnostics.map((diagnostic) =>
    diagnostic.path === undefined ? diagnostic : { ...diagnostic, path: formatPath(diagnostic.path) },
  );
}

export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
}

/** Findings that a change ends. */
export function printResolved(resolved: readonly Diagnostic[]): void {
  for (const { hint: _, ...diagnostic } of resolved) process.stderr.write(`no more: ${formatDiagnostic(diagnostic)}\n`);
}
