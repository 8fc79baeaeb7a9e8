import type { TokenRule } from "#core/resolve/token-rules.ts";

/** One issuer whose tokens a workload checks, with the keys to check them. */
export interface CheckedTokens {
  readonly rule: TokenRule;
  /** A JSON Web Key Set. Undefined: it was never reached, and every token of the issuer is refused. */
  readonly keys: string | undefined;
}
