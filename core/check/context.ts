import { createHostIndex, type HostIndex } from "#core/check/host-index.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { matchesLabels } from "#core/resource/labels.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";

/** A running workload, or one that a WorkloadEntry describes. */
export interface CheckedWorkload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  /** Name of the service port → where the application listens; empty where nothing says it. */
  readonly ports: Readonly<Record<string, number>>;
  /** It runs: its agent registered it. */
  readonly isInstance: boolean;
}

/** The snapshot as the rules ask for it; built once for all of them. */
export interface CheckContext {
  readonly snapshot: Snapshot;
  readonly hosts: HostIndex;
  readonly workloads: readonly CheckedWorkload[];
  /** Of anything: resources, instances. */
  readonly namespaces: ReadonlySet<string>;
  /** Workloads that bear every label of the selector; in one namespace, or in all when it is undefined. */
  select(selector: Readonly<Record<string, string>>, namespace: string | undefined): readonly CheckedWorkload[];
  of<K extends Kind>(kind: K): readonly Resource<K>[];
}

export function createCheckContext(snapshot: Snapshot): CheckContext {
  const byKind = new Map<Kind, AnyResource[]>();
  for (const resource of snapshot.resources) {
    const list = byKind.get(resource.kind) ?? [];
    list.push(resource);
    byKind.set(resource.kind, list);
  }
  const of = <K extends Kind>(kind: K) => (byKind.get(kind) ?? []) as unknown as readonly Resource<K>[];
  const entries = of("WorkloadEntry").map(({ metadata, spec }) => ({
    namespace: metadata.namespace,
    labels: { ...metadata.labels, ...spec.labels },
    serviceAccount: spec.serviceAccount ?? "default",
    ports: spec.ports ?? {},
    isInstance: false,
  }));
  const groups = of("WorkloadGroup").map(({ metadata, spec }) => ({
    namespace: metadata.namespace,
    labels: { ...spec.metadata?.labels, ...spec.template.labels },
    serviceAccount: spec.template.serviceAccount ?? "default",
    ports: spec.template.ports ?? {},
    isInstance: false,
  }));
  const workloads = [...snapshot.instances.map(describeInstance), ...entries, ...groups];
  const namespaces = new Set([
    ...snapshot.resources.map((resource) => resource.metadata.namespace),
    ...workloads.map((workload) => workload.namespace),
    snapshot.mesh.rootNamespace,
  ]);
  const hosts = createHostIndex(of("ServiceEntry"), snapshot.mesh.domainSuffix);
  return { snapshot, hosts, workloads, namespaces, select: indexByLabel(workloads), of };
}

/** By each label: a selector then looks at those that bear its rarest one, not at all. */
function indexByLabel(workloads: readonly CheckedWorkload[]): CheckContext["select"] {
  const byLabel = new Map<string, CheckedWorkload[]>();
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

function describeInstance({ namespace, labels, serviceAccount, ports }: WorkloadInstance): CheckedWorkload {
  return {
    namespace,
    labels,
    serviceAccount,
    ports: Object.fromEntries(ports.map(({ name, appPort }) => [name, appPort])),
    isInstance: true,
  };
}
