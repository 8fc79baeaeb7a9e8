/** A key by which tokens are checked, as people tell it from others. */
export interface KeyFacts {
  /** `kid`; empty: it has none, and stands for tokens that name none. */
  readonly id: string;
  /** RSA, EC P-256, OKP Ed25519, certificate. */
  readonly type: string;
  /** `alg`; empty where it is not said. */
  readonly algorithm: string;
}

/** The keys of a fetched set, or of certificates by their key ids; none where it is neither. Nothing of the keys themselves. */
export function listKeys(text: string): readonly KeyFacts[] {
  const value = parse(text);
  if (!isRecord(value)) return [];
  if (Array.isArray(value.keys)) return value.keys.filter(isRecord).map(factsOf);
  return typeof value.kty === "string"
    ? [factsOf(value)]
    : Object.entries(value).flatMap(([id, certificate]) =>
        typeof certificate === "string" ? [{ id, type: "certificate", algorithm: "" }] : [],
      );
}

function factsOf({ kid, kty, crv, alg }: Readonly<Record<string, unknown>>): KeyFacts {
  const words = [kty, crv].filter((each) => typeof each === "string" && each !== "");
  return { id: asText(kid), type: words.join(" "), algorithm: asText(alg) };
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "");

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
