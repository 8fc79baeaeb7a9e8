import { PharosError } from "#core/errors.ts";
import { isDescription } from "#core/resolve/token-rules.ts";
import { fetchJson } from "#server/keys/fetch-json.ts";
import type { KeyAddressRules } from "#server/keys/why-not-asked.ts";

/** Of a few keys: a set has some kilobytes. */
const BYTES_MAX = 256 * 1024;
const REDIRECTS_MAX = 3;

/**
 * The key set at a place (`wantedKeys`): itself, or what an OpenID provider's description names. Kept as it was sent, for Envoy
 * leaves out single keys that it does not know. Throws PharosError where there is none.
 */
export async function fetchKeySet(
  location: string,
  { timeoutMs, signal, ...rules }: KeyAddressRules & { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<string> {
  const limits = {
    ...rules,
    bytesMax: BYTES_MAX,
    redirectsMax: REDIRECTS_MAX,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  };
  if (!isDescription(location)) return readKeySet(await fetchJson(location, limits), location);
  const { jwks_uri: named } = readObject(await fetchJson(location, limits), location);
  if (typeof named !== "string") throw new PharosError("unavailable", `${location} names no jwks_uri`);
  return readKeySet(await fetchJson(named, limits), named);
}

/** A JSON Web Key Set, or certificates by their key ids, as Envoy takes them too. */
function readKeySet(text: string, from: string): string {
  const value = readObject(text, from);
  const certificates = Object.values(value);
  const isSet = Array.isArray(value.keys);
  const isOfCertificates =
    certificates.length > 0 &&
    certificates.every((each) => typeof each === "string" && each.startsWith("-----BEGIN CERTIFICATE-----"));
  if (!isSet && !isOfCertificates) throw new PharosError("unavailable", `${from} sends no JSON Web Key Set`);
  return text;
}

function readObject(text: string, from: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new PharosError("unavailable", `${from} sends no JSON object`);
}
