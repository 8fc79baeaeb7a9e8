import { compareNames } from "#core/compare-names.ts";
import type { Catalog } from "#core/form/catalog.ts";
import { expandHost } from "#core/host/host.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { listServices, principalOf } from "#server/services/service-directory.ts";

const unique = (values: Iterable<string>): string[] => [...new Set(values)].sort(compareNames);

/** The names that forms offer, from what is configured and what is registered. */
export function buildCatalog(snapshot: Snapshot): Catalog {
  const { resources, instances, mesh } = snapshot;
  const subsets = new Map<string, string[]>();
  for (const { spec, metadata } of ofKind(resources, "DestinationRule")) {
    const host = expandHost(spec.host, metadata.namespace, mesh.domainSuffix);
    subsets.set(host, [...(subsets.get(host) ?? []), ...(spec.subsets ?? []).map(({ name }) => name)]);
  }
  const services = [...listServices(snapshot).values()].sort((a, b) => compareNames(a.host, b.host));
  const workloads = new Map(instances.map((instance) => [`${instance.namespace}/${instance.workload}`, instance]));
  return {
    namespaces: unique([
      ...resources.map(({ metadata }) => metadata.namespace),
      ...instances.map(({ namespace }) => namespace),
    ]),
    services: services.map(({ host, namespace, name, ports, labels, instances: answering }) => ({
      host,
      namespace,
      name,
      ports,
      labels,
      subsets: unique(subsets.get(host) ?? []),
      versions: unique(answering.flatMap((instance) => instance.labels.version ?? [])),
    })),
    workloads: [...workloads.values()]
      .map((instance) => ({
        namespace: instance.namespace,
        name: instance.workload,
        labels: instance.labels,
        principal: principalOf(instance, mesh.trustDomain),
      }))
      .sort((a, b) => compareNames(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`)),
    principals: unique(instances.map((instance) => principalOf(instance, mesh.trustDomain))),
    gateways: ofKind(resources, "Gateway")
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .sort(compareNames),
  };
}
