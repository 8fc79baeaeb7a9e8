/** Members that a key of the type cannot be without (RFC 7518, RFC 8037). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  RSA: ["n", "e"],
  EC: ["crv", "x", "y"],
  OKP: ["crv", "x"],
  oct: ["k"],
};
const BASE64URL = /^[A-Za-z0-9_-]+=*$/;

export type KeySetProblem = { readonly problem: string };
export interface KeySet {
  /** The set as a proxy reads it. */
  readonly text: string;
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** A JSON Web Key Set (RFC 7517), or one key, which stands for a set of one as in Istio; or what is wrong with it. */
export function parseKeySet(text: string): KeySet | KeySetProblem {
  const value = parseJson(text);
  if (value === undefined) return { problem: "is not JSON" };
  if (!isRecord(value)) return { problem: 'is not a JSON Web Key Set: {"keys": [...]}' };
  if (value.keys === undefined) {
    const problem = whyNoKey(value);
    return problem === undefined
      ? { text: JSON.stringify({ keys: [value] }), keys: [value] }
      : { problem: `is neither a JSON Web Key Set, {"keys": [...]}, nor a key: it ${problem}` };
  }
  if (!Array.isArray(value.keys)) return { problem: 'is not a JSON Web Key Set: "keys" is no list' };
  const keys: Readonly<Record<string, unknown>>[] = [];
  for (const [index, key] of (value.keys as readonly unknown[]).entries()) {
    const problem = isRecord(key) ? whyNoKey(key) : "is no object";
    if (problem !== undefined || !isRecord(key)) return { problem: `has a key at ${index} that ${problem}` };
    keys.push(key);
  }
  return { text, keys };
}

/** Whether it holds what only who signs may know. */
export function isPrivateKey(key: Readonly<Record<string, unknown>>): boolean {
  return key.kty === "oct" || key.d !== undefined;
}

function whyNoKey(key: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof key.kty !== "string") return "has no kty";
  const needed = Object.hasOwn(NEEDED, key.kty) ? NEEDED[key.kty] : undefined;
  if (needed === undefined)
    return `has the kty ${JSON.stringify(key.kty)}, which is none of ${Object.keys(NEEDED).join(", ")}`;
  const missing = needed.find((name) => typeof key[name] !== "string" || key[name] === "");
  if (missing !== undefined) return `has no ${missing}`;
  const bad = needed.find((name) => name !== "crv" && !BASE64URL.test(String(key[name])));
  return bad === undefined ? undefined : `has ${bad} that is not base64url`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
