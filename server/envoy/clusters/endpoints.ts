import type { ServiceEntrySpec, ServicePort } from "#core/kinds/service-entry/schema.ts";
import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { isFixedAddress, isSocketPath } from "#core/schema/ip-address.ts";
import type { Service } from "#server/compile/service.ts";
import type { World } from "#server/compile/world.ts";
import { mtlsMode } from "#server/envoy/listeners/mtls-mode.ts";

/** Where one instance of a service port answers. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
  /** True when a sidecar terminates mTLS there. */
  readonly takesMtls: boolean;
  readonly serviceAccount: string | undefined;
  /** `workload;namespace;app;version`; absent outside the mesh. */
  readonly workload: string | undefined;
  /** A registered workload's sidecar listens there. */
  readonly isRegistered: boolean;
  readonly weight: number;
  readonly health: WorkloadInstance["health"];
}

/** `workload;namespace;app;version` as endpoint metadata and the peer header carry it. */
export function describeWorkload(
  workload: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): string {
  const app = labels["service.istio.io/canonical-name"] ?? labels["app.kubernetes.io/name"] ?? labels.app ?? workload;
  const version =
    labels["service.istio.io/canonical-revision"] ?? labels["app.kubernetes.io/version"] ?? labels.version ?? "latest";
  return `${workload};${namespace};${app};${version}`;
}

/** Endpoints of a service port: instances and WorkloadEntries it selects, or those written in it; none with the resolution NONE. */
export function endpointsOf(world: World, service: Service, port: ServicePort): readonly Endpoint[] {
  const { spec } = service.entry;
  // Connections go where they were meant to: nobody is selected.
  if ((spec.resolution ?? "NONE") === "NONE") return [];
  // A name cannot be an address, nor a socket be looked up: what a WorkloadEntry says is left out where it does not fit.
  const fits = spec.resolution === "STATIC" ? isFixedAddress : (address: string) => !isSocketPath(address);
  return candidates(world, service, port)
    .filter(({ address }) => fits(address))
    .map((endpoint) => atLocation(endpoint, spec.location));
}

/** Whether all that a host leads to are workloads of the mesh: it is said so, or they are registered where it says. */
export function leadsIntoMesh(world: World, service: Service): boolean {
  if (service.entry.spec.location === "MESH_INTERNAL") return true;
  const endpoints = service.ports.flatMap((port) => endpointsOf(world, service, port));
  return endpoints.length > 0 && endpoints.every(({ isRegistered }) => isRegistered);
}

function candidates(world: World, service: Service, port: ServicePort): Endpoint[] {
  const { spec, metadata } = service.entry;
  const selector = spec.workloadSelector?.labels;
  if (selector === undefined)
    return service.entries.flatMap(({ spec: { ports = [], endpoints = [] } }) =>
      ports
        .filter(({ name }) => name === port.name)
        .flatMap((own) => endpoints.flatMap((entry) => fromEntry(world, entry, metadata.namespace, undefined, own))),
    );
  const registered = world
    .select(metadata.namespace, selector)
    .flatMap((instance) => fromInstance(world, instance, port));
  const written = world
    .selectEntries(metadata.namespace, selector)
    .flatMap((entry) => fromEntry(world, entry.spec, metadata.namespace, entry.metadata.name, port));
  return [...registered, ...written];
}

/** As in Istio, what is not said to be inside the mesh is outside, and takes no mTLS of the mesh's. */
function atLocation(endpoint: Endpoint, location: ServiceEntrySpec["location"]): Endpoint {
  return location === "MESH_INTERNAL" ? endpoint : { ...endpoint, takesMtls: false };
}

function fromInstance(world: World, instance: WorkloadInstance, port: ServicePort): Endpoint[] {
  const own = instance.ports.find(({ name }) => name === port.name);
  if (own === undefined || instance.isAwaited === true) return [];
  const { labels, namespace, weight, health, address } = instance;
  const takesMtls = mtlsMode(world, namespace, labels, own.appPort) !== "DISABLE";
  return [
    {
      address,
      port: own.inboundPort,
      labels,
      takesMtls,
      serviceAccount: accountOf(world, instance),
      workload: describeWorkload(instance.workload, namespace, labels),
      isRegistered: true,
      weight,
      health,
    },
  ];
}

/** Whom callers expect there: the account that the operator gave the group, not whoever registered. Only a group that names none leaves it to that. */
function accountOf(world: World, { namespace, workload, serviceAccount }: WorkloadInstance): string {
  return world.group(namespace, workload)?.spec.template.serviceAccount ?? serviceAccount;
}

function fromEntry(
  world: World,
  entry: WorkloadEntrySpec,
  namespace: string,
  name: string | undefined,
  port: ServicePort,
): Endpoint[] {
  if (entry.address === undefined) return [];
  const labels = entry.labels ?? {};
  const at = entry.ports?.[port.name] ?? port.targetPort ?? port.number;
  // An alias of a registered workload, or a caller's report would name another than the called end's.
  const instance = world.instanceAt(entry.address, at);
  const written =
    name === undefined && labels.app === undefined
      ? undefined
      : describeWorkload(name ?? labels.app ?? "unknown", namespace, labels);
  return [
    {
      address: entry.address,
      port: at,
      labels,
      // Written by hand: nobody vouches for a sidecar there, unless its label does, as in Istio.
      takesMtls: labels["security.istio.io/tlsMode"] === "istio",
      serviceAccount: entry.serviceAccount ?? (instance === undefined ? undefined : accountOf(world, instance)),
      workload:
        instance === undefined ? written : describeWorkload(instance.workload, instance.namespace, instance.labels),
      isRegistered: instance !== undefined,
      weight: entry.weight ?? 1,
      health: "healthy",
    },
  ];
}
