import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import { withTopology } from "#core/model/locality.ts";
import { isProxied, type Port } from "#core/model/port.ts";
import { isFoundByCall, type Service } from "#core/model/service.ts";
import type { Workload } from "#core/model/workload.ts";
import { formatWorkloadLabel, labelWorkload } from "#core/model/workload-label.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { EffectiveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { selectorOf } from "#core/resolve/service.ts";
import type { Labels } from "#core/resource/labels.ts";
import { isFixedAddress, isSocketPath } from "#core/schema/ip-address.ts";

/** What has to be known to tell who answers. */
export interface EndpointReader {
  /** What all proxies have in common. */
  settings(): ProxySettings;
  /** Registered instances of a namespace that carry all of these labels, in order of their names; none where there are no labels. */
  select(namespace: string, labels: Labels): readonly WorkloadInstance[];
  /** Workloads of a namespace that are written and carry all of these labels, the oldest first. */
  written(namespace: string, labels: Labels): readonly Workload[];
  /** What instances of a group are expected to be. */
  expected(namespace: string, group: string): Workload | undefined;
  /** Whose sidecar listens there; undefined where nobody's does, and where several say so. */
  instanceAt(address: string, port: number): WorkloadInstance | undefined;
  /** What the application's port of a workload takes. */
  mtlsMode(namespace: string, labels: Labels, appPort: number): EffectiveMtlsMode;
}

/** Who answers on a service's port: instances and written workloads that it selects, or those written in it; nobody where each call says itself where it goes. */
export function resolveEndpoints(reader: EndpointReader, service: Service, port: Port): readonly Endpoint[] {
  const { resolution } = service;
  if (isFoundByCall(resolution)) return [];
  // A name cannot be an address, nor a socket be looked up: a workload that is written for the one is left out for the other.
  const fits = resolution === "static" ? isFixedAddress : (address: string) => !isSocketPath(address);
  return candidates(reader, service, port).filter(({ address }) => fits(address));
}

/** Whether all that a host leads to are workloads of the mesh: it is said so, or they are registered where it says. */
export function leadsIntoMesh(reader: EndpointReader, service: Service): boolean {
  if (service.isInMesh) return true;
  const endpoints = service.ports.flatMap((port) => resolveEndpoints(reader, service, port));
  return endpoints.length > 0 && endpoints.every(({ isRegistered }) => isRegistered);
}

function candidates(reader: EndpointReader, service: Service, port: Port): Endpoint[] {
  const { selector, namespace } = service;
  if (selector === undefined)
    return service.declarations.flatMap(({ ports, endpoints }) =>
      ports
        .filter((each) => each.name === port.name && isProxied(each) === isProxied(port))
        .flatMap((own) => endpoints.flatMap((each) => fromWritten(reader, service, each, own))),
    );
  if (selectorOf(service) === undefined) return [];
  return [
    ...reader.select(namespace, selector).flatMap((instance) => fromInstance(reader, service, instance, port)),
    ...reader.written(namespace, selector).flatMap((workload) => fromWritten(reader, service, workload, port)),
  ];
}

/** By itself. As in Istio, what is not said to be inside the mesh is outside, and takes no mTLS of the mesh's. */
function takesMtls(
  reader: EndpointReader,
  { isInMesh }: Service,
  { namespace, labels }: Pick<Workload, "namespace" | "labels">,
  appPort: number,
): boolean {
  return isInMesh && reader.settings().enableAutoMtls && reader.mtlsMode(namespace, labels, appPort) !== "DISABLE";
}

function fromInstance(reader: EndpointReader, service: Service, instance: WorkloadInstance, port: Port): Endpoint[] {
  const own = instance.ports.find(({ name }) => name === port.name);
  if (own === undefined || instance.isAwaited === true) return [];
  const { labels, namespace, weight, health, address, locality } = instance;
  return [
    {
      address,
      port: own.inboundPort,
      labels: withTopology(labels, locality),
      locality,
      takesMtls: takesMtls(reader, service, instance, own.appPort),
      serviceAccount: accountOf(reader, instance),
      workload: formatWorkloadLabel(labelWorkload(instance.workload, namespace, labels)),
      isRegistered: true,
      weight,
      health,
    },
  ];
}

/** Whom callers expect there: the account that the operator gave the group, not whoever registered. Only a group that names none leaves it to that. */
function accountOf(reader: EndpointReader, { namespace, workload, serviceAccount }: WorkloadInstance): string {
  return reader.expected(namespace, workload)?.serviceAccount ?? serviceAccount;
}

/** Whether a sidecar is said to be there: the label says so, or where there is none an account is named, as in Istio. */
function hasSidecar({ labels, serviceAccount }: Workload): boolean {
  const label = labels["security.istio.io/tlsMode"];
  return label === undefined ? serviceAccount !== undefined : label === "istio";
}

function fromWritten(reader: EndpointReader, service: Service, written: Workload, port: Port): Endpoint[] {
  const { address, namespace, name, labels, locality } = written;
  if (address === undefined) return [];
  const at = written.ports[port.name] ?? port.targetPort ?? port.number;
  // An alias of a registered workload, or a caller's report would name another than the called end's.
  const instance = reader.instanceAt(address, at);
  const described =
    name === undefined && labels.app === undefined
      ? undefined
      : formatWorkloadLabel(labelWorkload(name ?? labels.app ?? "unknown", namespace, labels));
  return [
    {
      address,
      port: at,
      labels: withTopology(labels, locality),
      locality,
      takesMtls: hasSidecar(written) && takesMtls(reader, service, written, at),
      serviceAccount: written.serviceAccount ?? (instance === undefined ? undefined : accountOf(reader, instance)),
      workload:
        instance === undefined
          ? described
          : formatWorkloadLabel(labelWorkload(instance.workload, instance.namespace, instance.labels)),
      isRegistered: instance !== undefined,
      weight: written.weight,
      health: "healthy",
    },
  ];
}
