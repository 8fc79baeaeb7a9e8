import { createHostIndex, type HostIndex } from "#core/check/host-index.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { Workload } from "#core/model/workload.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { indexRules } from "#core/resolve/index-rules.ts";
import { withMeshExports } from "#core/resolve/mesh-settings.ts";
import { type MtlsWorkload, type ResolvedMtlsMode, resolveMtlsMode } from "#core/resolve/mtls-mode.ts";
import { type Labels, matchesLabels } from "#core/resource/labels.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import { declareServices } from "#core/sources/declare-service.ts";
import { declareWorkload, registeredWorkload } from "#core/sources/declare-workload.ts";

/** The snapshot as the rules ask for it; built once for all of them. */
export interface CheckContext {
  /** With the mesh's defaults of who sees what. */
  readonly snapshot: Snapshot;
  readonly hosts: HostIndex;
  readonly workloads: readonly Workload[];
  /** Of anything: resources, instances. */
  readonly namespaces: ReadonlySet<string>;
  /** Workloads that bear every label of the selector; in one namespace, or in all when it is undefined. */
  select(selector: Labels, namespace: string | undefined): readonly Workload[];
  /** Names of the subsets of a host, by its whole name, that clients in a namespace have. */
  subsetsOf(host: string, fromNamespace: string): ReadonlySet<string>;
  /** Ports that a gateway, `namespace/name`, serves; undefined where there is no such gateway. */
  gatewayPorts(gateway: string): readonly number[] | undefined;
  mtlsOf(workload: MtlsWorkload): ResolvedMtlsMode;
  of<K extends Kind>(kind: K): readonly Resource<K>[];
}

export function createCheckContext(written: Snapshot): CheckContext {
  const snapshot = withMeshExports(written);
  const { mesh, resources, instances } = snapshot;
  const byKind = Map.groupBy<Kind, AnyResource>(resources, ({ kind }) => kind);
  const of = <K extends Kind>(kind: K) => (byKind.get(kind) ?? []) as unknown as readonly Resource<K>[];
  const workloads = [
    ...instances.map(registeredWorkload),
    ...resources.flatMap((resource) => declareWorkload(resource) ?? []),
  ];
  const hosts = createHostIndex(declareServices(resources), mesh.domainSuffix);
  const findRule = indexRules(of("DestinationRule"), mesh);
  const gateways = new Map(
    of("Gateway").map(({ metadata: { namespace, name }, spec }) => [
      `${namespace}/${name}`,
      spec.servers.map(({ port }) => port.number),
    ]),
  );
  const peerAuthentications = of("PeerAuthentication");
  return {
    snapshot,
    hosts,
    workloads,
    namespaces: new Set([
      ...resources.map(({ metadata }) => metadata.namespace),
      ...workloads.map(({ namespace }) => namespace),
      mesh.rootNamespace,
    ]),
    select: indexByLabel(workloads),
    subsetsOf: (host, fromNamespace) => {
      const serviceNamespace = hosts.find(host, fromNamespace)?.namespace ?? fromNamespace;
      return new Set((findRule(host, fromNamespace, serviceNamespace)?.subsets ?? []).map(({ name }) => name));
    },
    gatewayPorts: (gateway) => gateways.get(gateway),
    mtlsOf: (workload) => resolveMtlsMode(peerAuthentications, mesh.rootNamespace, workload),
    of,
  };
}

/** By each label: a selector then looks at those that bear its rarest one, not at all. */
function indexByLabel(workloads: readonly Workload[]): CheckContext["select"] {
  const byLabel = new Map<string, Workload[]>();
  for (const workload of workloads) {
    for (const [key, value] of Object.entries(workload.labels)) {
      const list = byLabel.get(`${key}=${value}`) ?? [];
      list.push(workload);
      byLabel.set(`${key}=${value}`, list);
    }
  }
  return (selector, namespace) => {
    const lists = Object.entries(selector).map(([key, value]) => byLabel.get(`${key}=${value}`) ?? []);
    const candidates = lists.reduce(
      (least, list) => (list.length < least.length ? list : least),
      lists[0] ?? workloads,
    );
    return candidates.filter(
      (workload) =>
        (namespace === undefined || workload.namespace === namespace) && matchesLabels(workload.labels, selector),
    );
  };
}
