import type { Labels } from "#core/resource/labels.ts";

/** The word for what nobody could tell, as in Istio's metrics. */
export const UNKNOWN = "unknown";

export interface WorkloadLabel {
  readonly workload: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
}

const NOBODY: WorkloadLabel = { workload: UNKNOWN, namespace: UNKNOWN, app: UNKNOWN, version: UNKNOWN };

/** `workload;namespace;app;version`, as endpoint metadata and the peer header carry it. */
export function formatWorkloadLabel({ workload, namespace, app, version }: WorkloadLabel): string {
  return `${workload};${namespace};${app};${version}`;
}

/** Reads `workload;namespace;app;version`; parts that are missing or empty are "unknown". */
export function parseWorkloadLabel(text: string | null | undefined): WorkloadLabel {
  if (text === null || text === undefined || text === "" || text === "-") return NOBODY;
  const [workload, namespace, app, version] = text.split(";");
  return {
    workload: workload || UNKNOWN,
    namespace: namespace || UNKNOWN,
    app: app || UNKNOWN,
    version: version || UNKNOWN,
  };
}

/** A workload's app and version by Istio's rules: the canonical name and revision first, then the well-known labels. */
export function labelWorkload(workload: string, namespace: string, labels: Labels): WorkloadLabel {
  return {
    workload,
    namespace,
    app: labels["service.istio.io/canonical-name"] ?? labels["app.kubernetes.io/name"] ?? labels.app ?? workload,
    version:
      labels["service.istio.io/canonical-revision"] ??
      labels["app.kubernetes.io/version"] ??
      labels.version ??
      "latest",
  };
}
