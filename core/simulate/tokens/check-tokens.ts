import type { Exchange } from "#core/simulate/exchange.ts";
import { findTokens } from "#core/simulate/tokens/find-tokens.ts";
import { parseToken, type Token } from "#core/simulate/tokens/token.ts";
import { bareAudience, type TokenProvider, type TokenRequirement } from "#core/simulate/tokens/token-config.ts";
import { checkSignature } from "#core/simulate/tokens/token-keys.ts";
import { TOKEN_STATUS, type TokenStatus } from "#core/simulate/tokens/token-status.ts";
import type { TokenTrust } from "#core/simulate/tokens/token-trust.ts";
import { writeClaim } from "#core/simulate/tokens/write-claim.ts";

/** What is left behind where the request goes on. */
export interface Verified {
  /** Of good tokens, by the keys that providers name. */
  readonly payloads: Map<string, unknown>;
  /** Requirements that are taken to be met. */
  readonly notEvaluated: string[];
  clearsRoute: boolean;
}

/**
 * Whether a request has the tokens that are required, in Envoy's order and with what it does to the request on the way: several
 * providers may each see only what those before them have left. Undefined: it has.
 */
export function checkTokens(
  requirement: TokenRequirement,
  exchange: Exchange,
  trust: TokenTrust,
  verified: Verified,
): TokenStatus {
  switch (requirement.kind) {
    case "provider":
      return checkProvider(requirement.provider, exchange, trust, verified);
    case "all":
      for (const each of requirement.of) {
        const status = checkTokens(each, exchange, trust, verified);
        if (status !== undefined) return status;
      }
      return undefined;
    case "any": {
      // What says most of what is wrong.
      let worst: string = TOKEN_STATUS.missing;
      for (const each of requirement.of) {
        const status = checkTokens(each, exchange, trust, verified);
        if (status === undefined) return undefined;
        const isTelling = status !== TOKEN_STATUS.missing && status !== TOKEN_STATUS.issuer;
        if (isTelling || worst === TOKEN_STATUS.missing) worst = status;
      }
      return requirement.allowsFailed || (requirement.allowsMissing && worst === TOKEN_STATUS.missing)
        ? undefined
        : worst;
    }
    case "unknown":
      verified.notEvaluated.push(requirement.what);
      return undefined;
    case "nothing":
      return undefined;
  }
}

/** All tokens at a provider's places have to be good; the last is looked at first. */
function checkProvider(
  provider: TokenProvider,
  exchange: Exchange,
  trust: TokenTrust,
  verified: Verified,
): TokenStatus {
  const tokens = findTokens(provider.places, exchange);
  if (tokens.length === 0) return TOKEN_STATUS.missing;
  for (const { text, remove } of tokens.reverse()) {
    const token = parseToken(text);
    if (typeof token === "string") return token;
    const status = checkToken(token, provider, trust);
    if (status !== undefined) return status;
    take(token, provider, exchange, verified);
    if (!provider.isForwarded) remove();
  }
  return undefined;
}

function checkToken(token: Token, provider: TokenProvider, trust: TokenTrust): TokenStatus {
  if (provider.issuer !== "" && token.issuer !== provider.issuer) return TOKEN_STATUS.issuer;
  const now = Math.floor(trust.nowMs() / 1000);
  if (now + provider.skewSeconds < token.notBefore) return TOKEN_STATUS.notYet;
  if (token.expires !== 0 && now > token.expires + provider.skewSeconds) return TOKEN_STATUS.expired;
  const isMeant =
    provider.audiences.size === 0 || token.audiences.some((each) => provider.audiences.has(bareAudience(each)));
  return isMeant ? checkSignature(token, provider.keys, trust) : TOKEN_STATUS.audience;
}

function take(
  { payload, payloadText }: Token,
  provider: TokenProvider,
  { headers }: Exchange,
  verified: Verified,
): void {
  const { payloadHeader, claimHeaders, payloadKey, spaceDelimited, clearsRoute } = provider;
  if (payloadHeader !== "") headers.append(payloadHeader, payloadText);
  let isWritten = false;
  for (const { header, claim } of claimHeaders) {
    const value = writeClaim(payload, claim);
    if (value === "") continue;
    headers.append(header, value);
    isWritten = true;
  }
  if (payloadKey !== "") verified.payloads.set(payloadKey, normalize(payload, spaceDelimited));
  verified.clearsRoute ||= clearsRoute && (isWritten || payloadKey !== "");
}

function normalize(payload: Readonly<Record<string, unknown>>, spaceDelimited: readonly string[]): unknown {
  const made: Record<string, unknown> = { ...payload };
  for (const claim of spaceDelimited) {
    const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
    const words = typeof value === "string" ? value.split(" ").filter((word) => word !== "") : [];
    if (words.length > 0) made[claim] = words;
  }
  return made;
}
