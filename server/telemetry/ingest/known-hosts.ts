import { bySpecificity, expandHost, hostMatches, isWildcard, normalizeHost } from "#core/host/host.ts";
import { hostForms } from "#core/host/host-forms.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { declareServices } from "#core/sources/declare-service.ts";

interface Hosts {
  readonly domainSuffix: string;
  readonly names: ReadonlySet<string>;
  /** The most specific first. */
  readonly patterns: readonly string[];
}

/** By the list of resources: which instances there are says nothing of hosts. */
const read = new WeakMap<Snapshot["resources"], Hosts>();

/**
 * The mesh's own name of a host that a workload of `namespace` asked for: services and hosts with routes, short forms
 * as Istio expands them, a wildcard by its pattern. Undefined for a host that the mesh does not know.
 */
export function knownHost(snapshot: Snapshot, namespace: string, host: string): string | undefined {
  const { names, patterns } = hostsOf(snapshot);
  const { domainSuffix } = snapshot.mesh;
  const text = normalizeHost(host);
  return (
    hostForms(text, namespace, domainSuffix).find((form) => names.has(form)) ??
    patterns.find((pattern) => hostMatches(pattern, text))
  );
}

function hostsOf({ resources, mesh: { domainSuffix } }: Snapshot): Hosts {
  const known = read.get(resources);
  if (known?.domainSuffix === domainSuffix) return known;
  const all = new Set<string>();
  const called = [
    ...declareServices(resources),
    ...ofKind(resources, "VirtualService").map(({ metadata: { namespace }, spec: { hosts = [] } }) => ({
      ...{ namespace, hosts },
    })),
  ];
  for (const { hosts, namespace } of called)
    for (const host of hosts) all.add(expandHost(host, namespace, domainSuffix));
  // "*" would know everything, and so nothing.
  const patterns = [...all].filter((host) => isWildcard(host) && host !== "*").sort(bySpecificity);
  const hosts = { domainSuffix, names: all, patterns };
  read.set(resources, hosts);
  return hosts;
}
