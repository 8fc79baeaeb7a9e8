import { createHash } from "node:crypto";

/** A bucket's name among all of the mesh: agents and the owner mean the same by it. */
export interface LimitKey {
  /** `namespace/name` of the RateLimit. */
  readonly policy: string;
  readonly rule: string;
  /** Of a share that is reserved: the bucket of all others. */
  readonly reserve?: string | undefined;
  /** Values of the key, in its order; null for one that a request lacks. */
  readonly values: readonly (string | null)[];
}

/** A bucket's name is at most as long as this and the names of its rule: of longer values a hash stands for what is left out. */
const VALUES_MAX = 200;
const SHOWN = 120;

export function formatLimitKey({ policy, rule, reserve = "", values }: LimitKey): string {
  const name = `${policy}|${rule}|${reserve}|${shorten(values.length === 0 ? "" : JSON.stringify(values))}`;
  // One piece: as it was put together V8 keeps all of its pieces, a kilobyte for each of very many keys.
  return Buffer.from(name).toString();
}

/** The rule and share of a key; undefined for what is no key. `values` is what people are shown of them. */
export function parseLimitKey(
  text: string,
): { readonly policy: string; readonly rule: string; readonly reserve: string; readonly values: string } | undefined {
  const [policy, rule, reserve, ...rest] = text.split("|");
  if (policy === undefined || rule === undefined || reserve === undefined || rest.length === 0) return undefined;
  return { policy, rule, reserve, values: rest.join("|") };
}

function shorten(text: string): string {
  if (text.length <= VALUES_MAX) return text;
  // Not in the middle of a character: what is sent is well-formed, and has to come back as it was.
  return `${text.slice(0, SHOWN).toWellFormed()}…${createHash("sha256").update(text).digest("base64url")}`;
}

/** Values of a key as people read them; of long ones what is shown of them. */
export function subjectOf(values: string): string {
  if (values === "") return "";
  try {
    const read: unknown = JSON.parse(values);
    return Array.isArray(read) ? read.map((value) => (value === null ? "-" : String(value))).join(", ") : values;
  } catch {
    return values;
  }
}
