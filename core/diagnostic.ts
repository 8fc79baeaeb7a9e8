import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import type { Path } from "#core/schema/path.ts";

/**
 * What the user got wrong, as data: never thrown, always pointing at the place. The one shape of it, from a field that
 * does not fit to what Envoy refused; a path becomes text only where people read it.
 */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  readonly code: DiagnosticCode;
  /** `VirtualService/default/reviews`; absent when the document could not be read that far. */
  readonly resource?: string;
  /** From the root of the document: `["spec", "http", 0, "route"]`; see `formatPath`. */
  readonly path?: Path;
  /** Lower case; names the thing that is wrong. */
  readonly message: string;
  /** The next step. */
  readonly hint?: string;
  /** Where it stands, 1-based, in the text that was given. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export function errorAt(path: Path, code: DiagnosticCode, message: string, hint?: string): Diagnostic {
  return { severity: "error", code, path, message, ...(hint === undefined ? {} : { hint }) };
}

export function warningAt(path: Path, code: DiagnosticCode, message: string, hint?: string): Diagnostic {
  return { ...errorAt(path, code, message, hint), severity: "warning" };
}

export function infoAt(path: Path, code: DiagnosticCode, message: string, hint?: string): Diagnostic {
  return { ...errorAt(path, code, message, hint), severity: "info" };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
