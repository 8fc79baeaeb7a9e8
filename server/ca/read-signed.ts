import { hash, X509Certificate } from "node:crypto";
import type { Authority } from "#server/ca/authority.ts";

/** From when until when a certificate is good. */
export interface Signed {
  readonly from: Date;
  readonly to: Date;
}

/** The one that was shown longest ago goes. */
const KEPT_MAX = 10_000;
const roots = new WeakMap<Authority, X509Certificate>();
const known = new WeakMap<Authority, Map<string, Signed>>();

/**
 * What a certificate (DER) says, if this authority signed it; undefined for any other. Agents show theirs with every call: what was found
 * of one is remembered, by all of its bytes.
 */
export function readSigned(authority: Authority, der: Uint8Array): Signed | undefined {
  const kept = known.get(authority) ?? new Map<string, Signed>();
  known.set(authority, kept);
  const name = hash("sha256", der, "base64");
  const signed = kept.get(name) ?? verify(authority, der);
  if (signed === undefined) return undefined;
  kept.delete(name);
  kept.set(name, signed);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  return signed;
}

function verify(authority: Authority, der: Uint8Array): Signed | undefined {
  const root = roots.get(authority) ?? new X509Certificate(authority.root);
  roots.set(authority, root);
  const leaf = new X509Certificate(der);
  return leaf.verify(root.publicKey) ? { from: leaf.validFromDate, to: leaf.validToDate } : undefined;
}
