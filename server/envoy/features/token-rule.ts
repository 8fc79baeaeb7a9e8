import type { JwtRule } from "#core/kinds/request-authentication/schema.ts";

/** One issuer whose tokens a workload checks, with the keys to check them. */
export interface TokenRule {
  readonly rule: JwtRule;
  /** A JSON Web Key Set. Undefined: it was never reached, and every token of the issuer is refused. */
  readonly keys: string | undefined;
}
