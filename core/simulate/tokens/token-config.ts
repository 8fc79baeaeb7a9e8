import type { Condition } from "#core/simulate/condition.ts";
import type { TokenPlaces } from "#core/simulate/tokens/find-tokens.ts";
import type { TokenKey } from "#core/simulate/tokens/token-keys.ts";

/** Whose tokens are taken, and what becomes of a good one. */
export interface TokenProvider {
  /** "" for any. */
  readonly issuer: string;
  /** Without scheme and last slash; empty for any. */
  readonly audiences: ReadonlySet<string>;
  readonly keys: readonly TokenKey[];
  readonly skewSeconds: number;
  readonly places: TokenPlaces;
  readonly isForwarded: boolean;
  readonly payloadHeader: string;
  readonly claimHeaders: readonly { readonly header: string; readonly claim: string }[];
  /** The name of the payload in the filter's metadata; "" for none. */
  readonly payloadKey: string;
  readonly spaceDelimited: readonly string[];
  readonly clearsRoute: boolean;
}

export type TokenRequirement =
  | { readonly kind: "provider"; readonly provider: TokenProvider }
  | {
      readonly kind: "any";
      readonly of: readonly TokenRequirement[];
      readonly allowsMissing: boolean;
      readonly allowsFailed: boolean;
    }
  | { readonly kind: "all"; readonly of: readonly TokenRequirement[] }
  | { readonly kind: "nothing" }
  | { readonly kind: "unknown"; readonly what: string };

export interface TokenConfig {
  readonly kind: "tokens";
  /** The first whose condition holds. */
  readonly rules: readonly { readonly condition: Condition; readonly requirement: TokenRequirement }[];
  /** Headers that are taken off every request: nobody but the filter says what they say. */
  readonly sanitizes: readonly string[];
  readonly bypassesPreflight: boolean;
}

/** `https://a/` is `a` (Envoy's CheckAudience). */
export function bareAudience(text: string): string {
  return text.replace(/^https?:\/\//, "").replace(/\/$/, "");
}
