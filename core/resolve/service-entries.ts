import { normalizeHost } from "#core/host/host.ts";
import type { ServicePort } from "#core/kinds/service-entry/schema.ts";
import { byAge } from "#core/resolve/by-age.ts";
import { isVisible } from "#core/resolve/visibility.ts";
import type { Resource } from "#core/resource/resource.ts";

type Entry = Resource<"ServiceEntry">;

/**
 * Of the ServiceEntries of one host, the oldest first, those that make up the service that callers in a namespace see: one
 * of its own before those exported to it by name, and these before those for all; and those that add to it.
 */
export function resolveServiceEntries(entries: readonly Entry[], fromNamespace: string): readonly Entry[] {
  const distance = ({ spec, metadata }: Entry): number => {
    const { exportTo = ["*"] } = spec;
    const isForAll = exportTo.length === 0 || exportTo.includes("*");
    return (metadata.namespace === fromNamespace ? 0 : 2) + Number(isForAll);
  };
  const [deciding, ...others] = entries
    .filter((entry) => isVisible(entry.spec.exportTo, entry.metadata.namespace, fromNamespace))
    .sort((a, b) => distance(a) - distance(b));
  return deciding === undefined ? [] : [deciding, ...others.filter((entry) => addsTo(deciding, entry))];
}

/** The ports of all of them; where two have one number, it is the first one's. */
export function portsOf(entries: readonly Entry[]): readonly ServicePort[] {
  const ports = new Map<number, ServicePort>();
  for (const { spec } of entries)
    for (const port of spec.ports ?? []) if (!ports.has(port.number)) ports.set(port.number, port);
  return [...ports.values()];
}

/** Hosts that an entry describes, each once, as hosts are compared. */
export function hostsOf({ spec }: Entry): readonly string[] {
  return [...new Set(spec.hosts.map(normalizeHost))];
}

/** Of all entries, by host: the oldest one, with the ports and endpoints of those that add to it. Whoever calls gets this one, unless another is nearer to it. */
export function entriesByHost(all: readonly Entry[]): ReadonlyMap<string, Entry> {
  const byHost = new Map<string, Entry[]>();
  for (const entry of [...all].sort(byAge))
    for (const host of hostsOf(entry)) {
      const known = byHost.get(host);
      if (known === undefined) byHost.set(host, [entry]);
      else known.push(entry);
    }
  return new Map(
    [...byHost].flatMap(([host, [oldest, ...others]]) => (oldest === undefined ? [] : [[host, addUp(oldest, others)]])),
  );
}

function addUp(oldest: Entry, others: readonly Entry[]): Entry {
  const more = others.filter((entry) => addsTo(oldest, entry));
  if (more.length === 0) return oldest;
  const endpoints = [oldest, ...more].flatMap(({ spec }) => spec.endpoints ?? []);
  return {
    ...oldest,
    spec: { ...oldest.spec, ports: portsOf([oldest, ...more]), ...(endpoints.length === 0 ? {} : { endpoints }) },
  };
}

/** Entries of one namespace that are alike in all but ports and endpoints are one service (Istio's `canMergeServices`). */
export function addsTo(a: Entry, b: Entry): boolean {
  return (
    a.metadata.namespace === b.metadata.namespace &&
    (a.spec.resolution ?? "NONE") === (b.spec.resolution ?? "NONE") &&
    canonical(a.metadata.labels) === canonical(b.metadata.labels) &&
    canonical(a.spec.workloadSelector?.labels) === canonical(b.spec.workloadSelector?.labels) &&
    [...(a.spec.exportTo ?? [])].sort().join() === [...(b.spec.exportTo ?? [])].sort().join()
  );
}

function canonical(labels: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
