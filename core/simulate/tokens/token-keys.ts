import { decodeBase64Url, type Token } from "#core/simulate/tokens/token.ts";
import { TOKEN_STATUS, type TokenStatus } from "#core/simulate/tokens/token-status.ts";
import type { JsonWebKey, TokenTrust } from "#core/simulate/tokens/token-trust.ts";

/** A key that Envoy takes out of a set. */
export interface TokenKey {
  readonly key: JsonWebKey;
  readonly type: "RSA" | "EC" | "oct" | "OKP";
  /** "" where it says none. */
  readonly id: string;
  readonly algorithm: string;
}

const CURVE_OF: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384", ES512: "P-521" };
const ED25519_SIGNATURE_BYTES = 64;

/** The keys of a set that Envoy can use (`Jwks::createFromJwksCore`); certificates in the place of keys are not read here. */
export function readTokenKeys(text: string): readonly TokenKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const keys = (value as { readonly keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) return [];
  return (keys as readonly unknown[]).flatMap((each) => {
    const key = typeof each === "object" && each !== null ? readKey(each as JsonWebKey) : undefined;
    return key === undefined ? [] : [key];
  });
}

function readKey(key: JsonWebKey): TokenKey | undefined {
  const text = (name: string): string => (typeof key[name] === "string" ? (key[name] as string) : "");
  const bytes = (name: string): number => (text(name) === "" ? 0 : (decodeBase64Url(text(name))?.length ?? 0));
  const algorithm = text("alg");
  const as = (type: TokenKey["type"], isRight: boolean, own: JsonWebKey = key): TokenKey | undefined =>
    isRight ? { key: own, type, id: text("kid"), algorithm } : undefined;
  switch (key.kty) {
    case "RSA":
      return as(
        "RSA",
        bytes("n") > 0 && ["AQAB", "Aw"].includes(text("e")) && (algorithm === "" || /^[RP]S/.test(algorithm)),
      );
    case "EC": {
      const curve = text("crv") || CURVE_OF[algorithm] || (algorithm === "" ? "P-256" : "");
      const isRight =
        Object.values(CURVE_OF).includes(curve) &&
        (algorithm === "" || CURVE_OF[algorithm] === curve) &&
        bytes("x") > 0 &&
        bytes("y") > 0;
      return as("EC", isRight, { ...key, crv: curve });
    }
    case "oct":
      return as("oct", bytes("k") > 0 && (algorithm === "" || /^HS(?:256|384|512)$/.test(algorithm)));
    case "OKP":
      return as("OKP", key.crv === "Ed25519" && bytes("x") === 32 && (algorithm === "" || algorithm === "EdDSA"));
    default:
      return undefined;
  }
}

/** Whether one of the keys signed the token (`verifyJwtWithoutTimeChecking`). */
export function checkSignature(token: Token, keys: readonly TokenKey[], trust: TokenTrust): TokenStatus {
  if (keys.length === 0) return TOKEN_STATUS.noKeys;
  let isMatched = false;
  for (const { key, type, id, algorithm } of keys) {
    if (token.keyId !== "" && id !== "" && id !== token.keyId) continue;
    if (algorithm !== "" && algorithm !== token.algorithm) continue;
    isMatched = true;
    if (type === "OKP" && token.signature.length !== ED25519_SIGNATURE_BYTES) return TOKEN_STATUS.edLength;
    if (trust.verify(key, algorithmFor(type, token.algorithm), token.signed, token.signature)) return undefined;
  }
  return isMatched ? TOKEN_STATUS.signature : TOKEN_STATUS.noKeyForIt;
}

/** A key decides what is done; of the token's algorithm it takes the digest, SHA-256 where it is another's. RSA alone looks at both. */
function algorithmFor(type: TokenKey["type"], asked: string): string {
  switch (type) {
    case "EC":
      return Object.hasOwn(CURVE_OF, asked) ? asked : "ES256";
    case "oct":
      return asked === "HS384" || asked === "HS512" ? asked : "HS256";
    case "OKP":
      return "EdDSA";
    default:
      return asked;
  }
}
