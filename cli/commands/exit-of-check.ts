import { EXIT } from "#cli/exit-codes.ts";
import type { Diagnostic } from "#core/diagnostic.ts";

/** Of a dry run, as `apply` would end: what is found between resources keeps nothing from being written. */
export function exitOfCheck(ok: boolean, diagnostics: readonly Diagnostic[]): number {
  if (!ok) return EXIT.invalid;
  return diagnostics.some(({ code }) => code === "not-translated") ? EXIT.refused : EXIT.ok;
}
