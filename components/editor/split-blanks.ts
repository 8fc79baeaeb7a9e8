import type { Diagnostic } from "#core/diagnostic.ts";
import { valueAt } from "#core/schema/value-at.ts";

export interface SplitDiagnostics {
  readonly problems: readonly Diagnostic[];
  /** About fields that were added and are still empty: they are asked for first, and complained of when one goes on. */
  readonly blanks: readonly Diagnostic[];
}

export function splitBlanks(diagnostics: readonly Diagnostic[], document: unknown): SplitDiagnostics {
  const problems: Diagnostic[] = [];
  const blanks: Diagnostic[] = [];
  for (const diagnostic of diagnostics) (isBlankField(diagnostic, document) ? blanks : problems).push(diagnostic);
  // What an empty field leads to elsewhere cannot be judged before it is filled in.
  return { problems: blanks.length === 0 ? problems : problems.filter(({ severity }) => severity === "error"), blanks };
}

function isBlankField({ severity, path }: Diagnostic, document: unknown): boolean {
  if (severity !== "error" || path === undefined || path.length === 0) return false;
  // The name of a header is the key itself.
  if (path.at(-1) === "") return true;
  const value = valueAt(document, path);
  if (isBlank(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(isBlank);
}

function isBlank(value: unknown): boolean {
  return value === "" || value === "request.headers[]" || (Array.isArray(value) && value.length === 0);
}
