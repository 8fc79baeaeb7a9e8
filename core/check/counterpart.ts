import type { DiagnosticCode } from "#core/diagnostic-codes.ts";

/** By the code of a finding elsewhere: what it is about, and what is found here for it, or why nothing has to be. */
export type Counterparts = Readonly<
  Record<string, readonly [about: string, here: readonly [DiagnosticCode, ...DiagnosticCode[]] | string]>
>;
