import { joinParts } from "#core/kinds/join-words.ts";
import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";

export function describeWorkloadEntry({ address = "", labels, serviceAccount }: WorkloadEntrySpec): string {
  return joinParts([address, describeInstance(labels, serviceAccount)]);
}

/** Who an instance is: its account and its labels. */
export function describeInstance(labels: WorkloadEntrySpec["labels"] = {}, account: string | undefined): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return joinParts([account === undefined ? "" : `Account ${account}`, pairs.join(", ")]);
}
