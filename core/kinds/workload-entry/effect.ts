import { joinParts } from "#core/kinds/join-words.ts";
import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";

export function describeWorkloadEntry({ address = "", labels, serviceAccount }: WorkloadEntrySpec): string {
  return joinParts([address, describeInstance(labels, serviceAccount)]);
}

/** Who an instance is: its account and its labels. */
export function describeInstance(labels: WorkloadEntrySpec["labels"] = {}, account: string | undefined): string {
  const pairs = writeLabels(labels);
  return joinParts([account === undefined ? "" : `Account ${account}`, pairs.join(", ")]);
}
