import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

/** A running workload, or one that a WorkloadEntry or WorkloadGroup describes. */
export interface CheckedWorkload {
  readonly namespace: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  /** Name of the service port → where the application listens; empty where nothing says it. */
  readonly ports: Readonly<Record<string, number>>;
  /** It runs: its agent registered it. */
  readonly isInstance: boolean;
}

export function listWorkloads(
  instances: readonly WorkloadInstance[],
  entries: readonly Resource<"WorkloadEntry">[],
  groups: readonly Resource<"WorkloadGroup">[],
): CheckedWorkload[] {
  return [
    ...instances.map(({ namespace, labels, serviceAccount, ports }) => ({
      namespace,
      labels,
      serviceAccount,
      ports: Object.fromEntries(ports.map(({ name, appPort }) => [name, appPort])),
      isInstance: true,
    })),
    ...entries.map(({ metadata, spec }) => describeTemplate(metadata.namespace, spec, metadata.labels)),
    ...groups.map(({ metadata, spec }) => describeTemplate(metadata.namespace, spec.template, spec.metadata?.labels)),
  ];
}

function describeTemplate(
  namespace: string,
  spec: Pick<Resource<"WorkloadEntry">["spec"], "labels" | "serviceAccount" | "ports">,
  labels: Labels | undefined,
): CheckedWorkload {
  return {
    namespace,
    labels: { ...labels, ...spec.labels },
    serviceAccount: spec.serviceAccount ?? "default",
    ports: spec.ports ?? {},
    isInstance: false,
  };
}
