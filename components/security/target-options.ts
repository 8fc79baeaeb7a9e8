import type { Catalog } from "#core/form/catalog.ts";
import { listOf, recordOf, textOf } from "#core/form/read-loosely.ts";
import { describeTargets } from "#core/kinds/policy-target.ts";
import { ROOT_NAMESPACE } from "#core/root-namespace.ts";

export type Labels = Readonly<Record<string, string>>;

export interface TargetOption {
  /** The labels as text: stable, unique. */
  readonly value: string;
  readonly label: string;
  readonly description: string;
  readonly labels: Labels;
}

/** What a policy of a namespace can be put on: all of it, a service's workloads, one version of them. */
export function targetOptions(catalog: Catalog, namespace: string): TargetOption[] {
  const options = new Map<string, TargetOption>();
  const add = (label: string, description: string, labels: Labels) => {
    const value = formatLabels(labels);
    if (!options.has(value)) options.set(value, { value, label, description, labels });
  };
  if (namespace === ROOT_NAMESPACE) add("every workload of the mesh", `no selector, in ${namespace}`, {});
  else add(`every workload in ${namespace}`, "no selector", {});
  for (const service of catalog.services)
    if (service.namespace === namespace && Object.keys(service.labels).length > 0)
      add(service.name, `service, ${formatLabels(service.labels)}`, service.labels);
  for (const workload of catalog.workloads)
    if (workload.namespace === namespace) {
      const labels = distinguishing(workload.labels);
      if (Object.keys(labels).length > 0) add(workload.name, `workload, ${formatLabels(labels)}`, labels);
    }
  return [...options.values()];
}

/** What a policy is bound to instead of labels, as it is being written, and the members that say so; undefined where labels choose. */
export function targetedBy(spec: unknown): { readonly label: string; readonly members: readonly string[] } | undefined {
  const { targetRef, targetRefs } = recordOf(spec);
  const written = listOf(targetRefs).length === 0 && targetRef !== undefined ? [targetRef] : listOf(targetRefs);
  if (written.length === 0) return undefined;
  const targets = written.map(recordOf).map(({ kind, name, sectionName }) => ({
    ...{ kind: textOf(kind), name: textOf(name) },
    ...(textOf(sectionName) === "" ? {} : { sectionName: textOf(sectionName) }),
  }));
  const members = Object.entries({ targetRef, targetRefs }).flatMap(([name, value]) =>
    value === undefined ? [] : name,
  );
  return { label: describeTargets(targets), members };
}

/** `app=reviews, version=v1`, in the order of names; "all" for none. */
export function formatLabels(labels: Labels): string {
  const parts = Object.entries(labels)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return parts.length === 0 ? "all" : parts.join(", ");
}

/** How a sentence calls what the labels select. */
export function describeTarget(catalog: Catalog, namespace: string, labels: Labels): string {
  const value = formatLabels(labels);
  const option = targetOptions(catalog, namespace).find((each) => each.value === value);
  return option?.label ?? `workloads with ${value}`;
}

/** A name made of it: the service's or workload's, else the labels', else the namespace's. */
export function nameTarget(catalog: Catalog, namespace: string, labels: Labels): string {
  const value = formatLabels(labels);
  const values = Object.values(labels);
  if (values.length === 0) return namespace;
  const name = targetOptions(catalog, namespace).find((each) => each.value === value)?.label ?? values.join("-");
  return name.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
}

/** `app` and `version` name a workload where it has them; else all of its labels do. */
function distinguishing(labels: Labels): Labels {
  if (labels.app === undefined) return labels;
  return labels.version === undefined ? { app: labels.app } : { app: labels.app, version: labels.version };
}
