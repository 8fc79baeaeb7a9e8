import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";
import { localityOfLabels } from "#core/model/locality.ts";
import type { Workload } from "#core/model/workload.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { NETWORK_LABEL } from "#core/schema/topology-labels.ts";

/** Kinds that describe one workload, and those that describe what instances will be. */
export const WRITTEN_KINDS = ["WorkloadEntry"] as const satisfies readonly AnyResource["kind"][];
export const GROUP_KINDS = ["WorkloadGroup"] as const satisfies readonly AnyResource["kind"][];

/** Shared, for there are many that say none. */
const NONE = {};
const known = new WeakMap<AnyResource, Workload>();

/** The workload that a resource describes: one that is written, or what the instances of a group will be; undefined for other resources. */
export function declareWorkload(resource: AnyResource): Workload | undefined {
  if (resource.kind !== "WorkloadEntry" && resource.kind !== "WorkloadGroup") return undefined;
  if (resource.kind === "WorkloadGroup") return expectedWorkload(resource);
  const workload = known.get(resource) ?? ofWorkloadEntry(resource);
  known.set(resource, workload);
  return workload;
}

/** What the instances of a group will be. Read once: whoever changes a group makes another object of it. */
export function expectedWorkload(group: Resource<"WorkloadGroup">): Workload {
  const workload = known.get(group) ?? ofWorkloadGroup(group);
  known.set(group, workload);
  return workload;
}

/** One that an agent registered. */
export function registeredWorkload(instance: WorkloadInstance): Workload {
  const { namespace, name, address, labels, serviceAccount, ports, weight, locality } = instance;
  return {
    standing: "registered",
    ...{ namespace, name, address, labels, serviceAccount, weight, locality },
    ports: Object.fromEntries(ports.map((port) => [port.name, port.appPort])),
    source: undefined,
  };
}

/** As it is written, alone or inside of a service. A weight of 0 is none that is given, as in Istio. */
export function writtenWorkload(
  { address, labels: given = NONE, network = "", serviceAccount, ports = NONE, weight, locality }: WorkloadEntrySpec,
  where: Pick<Workload, "namespace" | "name" | "source">,
): Workload {
  const labels = network === "" ? given : { [NETWORK_LABEL]: network, ...given };
  return {
    standing: "written",
    ...where,
    ...{ address, labels, serviceAccount, ports },
    weight: weight || 1,
    locality: locality ?? localityOfLabels(labels),
  };
}

function ofWorkloadEntry(entry: Resource<"WorkloadEntry">): Workload {
  const { namespace, name, labels } = entry.metadata;
  const { spec } = entry;
  const source = { ref: formatRef(refOf(entry)), path: [] };
  // Istio's `ConvertWorkloadEntry`: the object's own labels are the workload's too, and win.
  return writtenWorkload({ ...spec, labels: { ...spec.labels, ...labels } }, { namespace, name, source });
}

function ofWorkloadGroup(group: Resource<"WorkloadGroup">): Workload {
  const { metadata, spec } = group;
  const { namespace, name } = metadata;
  const source = { ref: formatRef(refOf(group)), path: [] };
  const labels = { ...spec.template.labels, ...spec.metadata?.labels };
  return { ...writtenWorkload({ ...spec.template, labels }, { namespace, name, source }), standing: "expected" };
}
