import { compareNames } from "#core/compare-names.ts";
import type { Catalog } from "#core/form/catalog.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { indexRules } from "#core/resolve/index-rules.ts";
import { waitingWorkloads } from "#core/resolve/waiting-workloads.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { listServices, principalOf } from "#server/services/service-directory.ts";

const unique = (values: Iterable<string>): string[] => [...new Set(values)].sort(compareNames);

/** The names that forms offer, from what is configured and what is registered. */
export function buildCatalog(snapshot: Snapshot): Catalog {
  const { resources, instances, mesh } = snapshot;
  const findRules = indexRules(ofKind(resources, "DestinationRule"), mesh);
  const services = [...listServices(snapshot).values()].sort((a, b) => compareNames(a.host, b.host));
  // A group without an instance is one that rules are written for before the first comes. One that names no account is nobody yet.
  const workloads = new Map(
    [
      ...waitingWorkloads(snapshot).flatMap(({ namespace, name, labels, serviceAccount }) =>
        serviceAccount === undefined ? [] : { namespace, workload: name, labels, serviceAccount },
      ),
      ...instances,
    ].map((each) => [`${each.namespace}/${each.workload}`, each]),
  );
  return {
    namespaces: unique([
      ...resources.map(({ metadata }) => metadata.namespace),
      ...instances.map(({ namespace }) => namespace),
    ]),
    services: services.map(({ host, namespace, name, ports, labels, instances: answering, waiting }) => ({
      host,
      namespace,
      name,
      ports,
      labels,
      subsets: unique(
        findRules(host, namespace, namespace).flatMap((rule) => rule.subsets.map((subset) => subset.name)),
      ),
      versions: unique([...answering, ...waiting].flatMap((each) => each.labels.version ?? [])),
    })),
    workloads: [...workloads.values()]
      .map((instance) => ({
        namespace: instance.namespace,
        name: instance.workload,
        labels: instance.labels,
        principal: principalOf(instance, mesh.trustDomain),
      }))
      .sort((a, b) => compareNames(`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`)),
    principals: unique([...workloads.values(), ...instances].map((each) => principalOf(each, mesh.trustDomain))),
    gateways: ofKind(resources, "Gateway")
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .sort(compareNames),
  };
}
