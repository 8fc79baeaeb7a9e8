import { compareNames } from "#core/compare-names.ts";
import type { Catalog } from "#core/form/catalog.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { indexRules } from "#core/resolve/index-rules.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { listServices, principalOf } from "#server/services/service-directory.ts";

const unique = (values: Iterable<string>): string[] => [...new Set(values)].sort(compareNames);

/** The names that forms offer, from what is configured and what is registered. */
export function buildCatalog(snapshot: Snapshot): Catalog {
  const { resources, instances, mesh } = snapshot;
  const findRule = indexRules(ofKind(resources, "DestinationRule"), mesh);
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
      subsets: unique((findRule(host, namespace, namespace)?.subsets ?? []).map((subset) => subset.name)),
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
