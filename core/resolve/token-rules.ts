import { parseDurationMs } from "#core/duration.ts";
import { DISCOVERY_PATH, keyLocationOf } from "#core/kinds/request-authentication/key-location.ts";
import { parseKeySet } from "#core/kinds/request-authentication/parse-key-set.ts";
import type { JwtRule } from "#core/kinds/request-authentication/schema.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { Path } from "#core/schema/path.ts";

/** One issuer whose tokens a workload checks. */
export interface TokenRule {
  /** Empty: any. */
  readonly issuer: string;
  /** One of them has to be in the token; empty: any. */
  readonly audiences: readonly string[];
  readonly keys: TokenKeys;
  /** Places that a token may stand in; all empty: the usual ones. */
  readonly fromHeaders: readonly { readonly name: string; readonly prefix: string }[];
  readonly fromParams: readonly string[];
  readonly fromCookies: readonly string[];
  /** Whether the application gets the token too. */
  readonly isForwarded: boolean;
  /** The header in which the application gets the payload; empty: none. */
  readonly payloadHeader: string;
  readonly claimHeaders: readonly { readonly header: string; readonly claim: string }[];
  /** Claims that are lists with spaces between, besides those that always are. */
  readonly spaceDelimitedClaims: readonly string[];
}

/** Keys are fetched from a URI, or stand in the rule, as a JSON Web Key Set; undefined: what stands there is none. */
export type TokenKeys =
  | { readonly kind: "fetched"; readonly uri: string }
  | { readonly kind: "own"; readonly set: string | undefined };

/** Where a rule of a RequestAuthentication has its keys fetched. */
export interface WantedKeys {
  readonly uri: string;
  readonly timeoutMs: number;
  /** Whose tokens they check. */
  readonly issuer: string;
  /** What is written of the place. */
  readonly path: Path;
}

/** As Istio's. */
const TIMEOUT_MS = 5000;

export function wantedKeys({ spec }: Resource<"RequestAuthentication">): readonly WantedKeys[] {
  return (spec.jwtRules ?? []).flatMap((rule, index) => {
    const uri = keyLocationOf(rule);
    if (uri === undefined) return [];
    const { timeout = "", issuer = "" } = rule;
    const said = (["jwksUri", "jwks_uri"] as const).find((name) => rule[name] !== undefined) ?? "issuer";
    const path = ["spec", "jwtRules", index, said];
    return [{ uri, timeoutMs: parseDurationMs(timeout) ?? TIMEOUT_MS, issuer, path }];
  });
}

/** Whether there is a provider's description of itself at a place, which names where its keys are. */
export function isDescription(uri: string): boolean {
  return uri.endsWith(DISCOVERY_PATH);
}

/** Rules of one, in the order in which they are written. */
export function tokenRulesOf({ spec }: Resource<"RequestAuthentication">): readonly TokenRule[] {
  return (spec.jwtRules ?? []).map(readRule);
}

/** Of all RequestAuthentications that stand over a workload the rules together, in the order of their issuers as in Istio. */
export function resolveTokenRules(authentications: readonly Resource<"RequestAuthentication">[]): readonly TokenRule[] {
  return authentications.flatMap(tokenRulesOf).sort(({ issuer: a }, { issuer: b }) => (a < b ? -1 : a > b ? 1 : 0));
}

function readRule(rule: JwtRule): TokenRule {
  return {
    issuer: rule.issuer ?? "",
    audiences: rule.audiences ?? [],
    keys: keysOf(rule),
    fromHeaders: (rule.fromHeaders ?? []).map(({ name, prefix = "" }) => ({ name, prefix })),
    fromParams: rule.fromParams ?? [],
    fromCookies: rule.fromCookies ?? [],
    isForwarded: rule.forwardOriginalToken ?? false,
    payloadHeader: rule.outputPayloadToHeader ?? "",
    claimHeaders: rule.outputClaimToHeaders ?? [],
    spaceDelimitedClaims: rule.spaceDelimitedClaims ?? [],
  };
}

function keysOf(rule: JwtRule): TokenKeys {
  const uri = keyLocationOf(rule);
  if (uri !== undefined) return { kind: "fetched", uri };
  const own = parseKeySet(rule.jwks ?? "");
  // Envoy refuses a set without a key.
  return { kind: "own", set: "text" in own && own.keys.length > 0 ? own.text : undefined };
}
