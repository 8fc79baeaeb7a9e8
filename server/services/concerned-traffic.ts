import { listDestinations } from "#core/check/destinations.ts";
import { expandHost, hostMatches } from "#core/host/host.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { matchesLabels } from "#core/resolve/labels.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { hostsOf } from "#server/services/hosts-of.ts";

/** Requests a second over the window that was measured. */
export interface MeasuredTraffic {
  /** By the service's host. */
  readonly services: ReadonlyMap<string, number>;
  /** By `namespace/workload`; what came in, and for who only calls what went out. */
  readonly workloads: ReadonlyMap<string, number>;
}

/**
 * How much measured traffic the resources bear on: requests for the services they name, or to the workloads they select.
 * Null where nothing of it was measured.
 */
export function concernedTraffic(
  resources: readonly AnyResource[],
  { mesh, instances }: Pick<Snapshot, "mesh" | "instances">,
  { services, workloads }: MeasuredTraffic,
): number | null {
  const hosts = resources.flatMap((resource) =>
    serviceHosts(resource).map((host) => expandHost(host, resource.metadata.namespace, mesh.domainSuffix)),
  );
  const ofServices = [...services].filter(([host]) => hosts.some((pattern) => hostMatches(pattern, host)));
  const selected = new Set(
    instances
      .filter((instance) => resources.some((resource) => selectsInstance(resource, instance, mesh.rootNamespace)))
      .map(({ namespace, workload }) => `${namespace}/${workload}`),
  );
  const ofWorkloads = [...workloads].filter(([workload]) => selected.has(workload));
  const rates = [...ofServices, ...ofWorkloads].map(([, rate]) => rate);
  return rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0);
}

/** A VirtualService of every host is about the services that its rules send to. */
function serviceHosts(resource: AnyResource): readonly string[] {
  if (resource.kind === "Gateway") return [];
  const hosts = hostsOf(resource).filter((host) => host !== "*");
  if (resource.kind !== "VirtualService" || hosts.length > 0) return hosts;
  return [...new Set(listDestinations(resource.spec).map(({ destination }) => destination.host))];
}

function selectsInstance(
  resource: AnyResource,
  { namespace, workload, labels }: Snapshot["instances"][number],
  rootNamespace: string,
): boolean {
  const home = resource.metadata.namespace;
  switch (resource.kind) {
    case "Gateway":
      return matchesLabels(labels, resource.spec.selector);
    case "AuthorizationPolicy":
    case "PeerAuthentication":
      return (
        (home === namespace || home === rootNamespace) && matchesLabels(labels, resource.spec.selector?.matchLabels)
      );
    case "WorkloadGroup":
      return home === namespace && resource.metadata.name === workload;
    default:
      return false;
  }
}
