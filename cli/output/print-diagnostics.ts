import type { Diagnostic } from "#core/diagnostic.ts";

/** `file:line:column: error: message [code]`, as compilers do, so that editors can jump there. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = [diagnostic.file, diagnostic.line, diagnostic.column].filter((part) => part !== undefined).join(":");
  const subject = [diagnostic.resource, diagnostic.path].filter((part) => part !== undefined).join(" ");
  const hint = diagnostic.hint === undefined ? "" : `\n    hint: ${diagnostic.hint}`;
  return `${place === "" ? "" : `${place}: `}${diagnostic.severity}: ${subject === "" ? "" : `${subject}: `}${diagnostic.message} [${diagnostic.code}]${hint}`;
}

export function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
}

/** Findings that a change ends. */
export function printResolved(resolved: readonly Diagnostic[]): void {
  for (const { hint: _, ...diagnostic } of resolved) process.stderr.write(`no more: ${formatDiagnostic(diagnostic)}\n`);
}
