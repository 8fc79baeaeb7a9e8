import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { MeshSettings } from "#core/registry/snapshot.ts";

/** Istio's word for the mesh's own trust domain, whatever it is called. */
const OWN_TRUST_DOMAIN = "cluster.local";

/** The trust domains whose identities are the mesh's: its own, by which it issues them, and those that stand for it. Each once. */
export function trustDomainsOf(
  { trustDomain }: Pick<MeshSettings, "trustDomain">,
  { trustDomainAliases }: Pick<ProxySettings, "trustDomainAliases">,
): readonly string[] {
  return [...new Set([trustDomain, ...trustDomainAliases])];
}

/** A principal as rules write it, `cluster.local/ns/a/sa/b` or a pattern, in each of the mesh's trust domains where it names one of them. */
export function spellPrincipal(written: string, trustDomains: readonly string[]): readonly string[] {
  const slash = written.indexOf("/");
  const domain = written.slice(0, Math.max(0, slash));
  if (domain !== OWN_TRUST_DOMAIN && !trustDomains.includes(domain)) return [written];
  return trustDomains.map((each) => `${each}${written.slice(slash)}`);
}

/** A trust domain as rules write it: who names one of the mesh's means them all. */
export function spellTrustDomain(written: string, trustDomains: readonly string[]): readonly string[] {
  return trustDomains.includes(written) ? trustDomains : [written];
}
