import type { SidecarSpec } from "#core/kinds/sidecar/schema.ts";

/** The labels of the workloads that it is for; undefined: all of its namespace. */
export function selectedLabels({ workloadSelector }: SidecarSpec): Readonly<Record<string, string>> | undefined {
  const { labels = {} } = workloadSelector ?? {};
  return Object.keys(labels).length === 0 ? undefined : labels;
}
