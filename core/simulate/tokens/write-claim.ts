import { valueAt } from "#core/simulate/value-at.ts";

const UINT64 = 2 ** 64;

/** A claim as the value of a header, nested ones by dots (Envoy's `addJWTClaimToHeader`); "" where there is none to write. */
export function writeClaim(payload: Readonly<Record<string, unknown>>, claim: string): string {
  const value = valueAt(payload, claim.split("."));
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return String(value);
    case "number":
      return value >= 0 && value < UINT64 && Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(6);
    default:
      return value === null || value === undefined ? "" : encodeBase64(JSON.stringify(value));
  }
}

function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
