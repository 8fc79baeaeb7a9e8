import { expandHost, normalizeHost } from "#core/host/host.ts";

/** Whole names that a host may mean as a workload of `namespace` writes it, the likeliest first: itself, and what short forms stand for. */
export function hostForms(written: string, namespace: string, domainSuffix: string): readonly string[] {
  const name = normalizeHost(written);
  return [name, expandHost(written, namespace, domainSuffix), `${name}.svc.${domainSuffix}`, `${name}.${domainSuffix}`];
}
