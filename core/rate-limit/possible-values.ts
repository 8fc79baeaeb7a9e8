import type { KeyPart } from "#core/rate-limit/counting-rule.ts";

/** Of values that were too long: what is shown of them, and a hash (node/limit-key.ts). */
const SHORTENED = /^\[.{0,119}\u2026[\w-]{43}$/s;

/**
 * Whether a request can have these values of a rule's key, as a bucket's name has them: as many as the key has parts, each of a template or
 * range where there are some. Who counts for others may name any consumer, and none that cannot be.
 */
export function possibleValues(
  { key, missing }: { readonly key: readonly KeyPart[]; readonly missing: "Share" | "Skip" | "Deny" },
  text: string,
): boolean {
  if (key.length === 0) return text === "";
  if (SHORTENED.test(text)) return true;
  const values = parseValues(text);
  if (values === undefined || values.length !== key.length || JSON.stringify(values) !== text) return false;
  // Who lacks a part shares a bucket with all that lack some.
  if (values.includes(null)) return missing === "Share" && values.every((value) => value === null);
  return key.every((part, at) => isPossible(part, values[at] ?? ""));
}

function parseValues(text: string): (string | null)[] | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const isList = Array.isArray(read) && read.every((value) => value === null || typeof value === "string");
    return isList ? read : undefined;
  } catch {
    return undefined;
  }
}

function isPossible({ attribute, prefixLength, templates, ranges }: KeyPart, value: string): boolean {
  if (templates.length > 0) return templates.includes(value);
  if (ranges.length > 0) return ranges.includes(value);
  switch (attribute) {
    case "source.ip":
    case "remote.ip":
      return /^[\da-f.:]{2,39}(\/\d{1,3})?$/.test(value) && (prefixLength !== undefined || !value.includes("/"));
    case "source.namespace":
    case "source.trustDomain":
      return /^[^/]+$/.test(value);
    case "source.serviceAccount":
      return /^[^/]+\/[^/]+$/.test(value);
    default:
      return true;
  }
}
