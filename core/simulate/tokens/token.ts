import { TOKEN_STATUS } from "#core/simulate/tokens/token-status.ts";

type Json = Readonly<Record<string, unknown>>;

/** A token as it was read, nothing of it checked. */
export interface Token {
  readonly algorithm: string;
  /** "" where it names none. */
  readonly keyId: string;
  readonly payload: Json;
  /** As it was written. */
  readonly payloadText: string;
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** Seconds; 0 where it says none. */
  readonly notBefore: number;
  readonly expires: number;
  /** What is signed. */
  readonly signed: string;
  readonly signature: Uint8Array;
}

const ALGORITHMS: ReadonlySet<string> = new Set(
  "ES256 ES384 ES512 HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 EdDSA".split(" "),
);
const TEXTS = ["iss", "sub"] as const;
const TIMES = ["iat", "nbf", "exp"] as const;
const UINT64 = 2 ** 64;

/** Reads a token as Envoy's `Jwt::parseFromString` does; what is wrong with it in its words. */
export function parseToken(text: string): Token | string {
  const [head, body, tail, ...more] = text.split(".").filter((part) => part !== "");
  if (head === undefined || body === undefined || tail === undefined || more.length > 0) return TOKEN_STATUS.format;
  const headerBytes = decodeBase64Url(head);
  if (headerBytes === undefined) return TOKEN_STATUS.headerBase64;
  const header = parseObject(headerBytes);
  if (header === undefined) return TOKEN_STATUS.headerJson;
  if (typeof header.alg !== "string") return TOKEN_STATUS.noAlgorithm;
  if (!ALGORITHMS.has(header.alg)) return TOKEN_STATUS.algorithm;
  if (header.kid !== undefined && typeof header.kid !== "string") return TOKEN_STATUS.keyId;
  const payloadBytes = decodeBase64Url(body);
  if (payloadBytes === undefined) return TOKEN_STATUS.payloadBase64;
  const payload = parseObject(payloadBytes);
  if (payload === undefined) return TOKEN_STATUS.payloadJson;
  const problem = whyBadClaims(payload);
  if (problem !== undefined) return problem;
  const audiences = listTexts(payload.aud);
  if (audiences === undefined) return TOKEN_STATUS.audienceType;
  const signature = decodeBase64Url(tail);
  if (signature === undefined) return TOKEN_STATUS.signatureBase64;
  const time = (name: string): number => Math.trunc(Number(payload[name] ?? 0));
  return {
    algorithm: header.alg,
    keyId: header.kid ?? "",
    payload,
    payloadText: body,
    issuer: typeof payload.iss === "string" ? payload.iss : "",
    audiences,
    notBefore: time("nbf"),
    expires: time("exp"),
    signed: `${head}.${body}`,
    signature,
  };
}

function whyBadClaims(payload: Json): string | undefined {
  for (const name of TEXTS)
    if (payload[name] !== undefined && typeof payload[name] !== "string")
      return `Jwt payload [${name}] field is not a string`;
  for (const name of TIMES) {
    const value = payload[name];
    if (value === undefined) continue;
    if (typeof value !== "number") return `Jwt payload [${name}] field is not an integer`;
    if (value < 0 || value >= UINT64) return `Jwt payload [${name}] field is not a positive 64 bit integer`;
  }
  return payload.jti !== undefined && typeof payload.jti !== "string"
    ? "Jwt payload [jti] field is not a string"
    : undefined;
}

function listTexts(value: unknown): readonly string[] | undefined {
  if (value === undefined) return [];
  const list = typeof value === "string" ? [value] : value;
  return Array.isArray(list) && list.every((each) => typeof each === "string") ? (list as string[]) : undefined;
}

/** Undefined for what is none; padding may be there, and blanks count for nothing. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  const bare = text.replace(/[ \t\n\v\f\r]+/g, "").replace(/={1,2}$/, "");
  if (!/^[A-Za-z0-9_-]*$/.test(bare) || bare.length % 4 === 1) return undefined;
  const binary = atob(bare.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

function parseObject(bytes: Uint8Array): Json | undefined {
  try {
    const value = JSON.parse(UTF8.decode(bytes)) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
