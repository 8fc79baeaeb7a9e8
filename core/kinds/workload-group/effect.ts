import { describeInstance } from "#core/kinds/workload-entry/effect.ts";
import type { WorkloadGroupSpec } from "#core/kinds/workload-group/schema.ts";

export function describeWorkloadGroup({ metadata, template }: WorkloadGroupSpec): string {
  return describeInstance(metadata?.labels, template.serviceAccount);
}
