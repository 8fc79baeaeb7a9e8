import { UNKNOWN, type WorkloadLabel } from "#core/telemetry/workload-label.ts";

/** The workload that the agent runs beside, as its telemetry names it. */
export interface TelemetryInstance {
  readonly namespace: string;
  readonly name: string;
  /** The WorkloadGroup. */
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  /** SPIFFE id. */
  readonly principal: string;
}

/** App and version by Istio's rules: the canonical name and revision first, then the labels `app` and `version`. */
export function labelInstance({ namespace, name, workload, labels }: TelemetryInstance): WorkloadLabel {
  return {
    workload: workload || name,
    namespace,
    app:
      labels["service.istio.io/canonical-name"] ?? labels["app.kubernetes.io/name"] ?? labels.app ?? (workload || name),
    version:
      labels["service.istio.io/canonical-revision"] ?? labels["app.kubernetes.io/version"] ?? labels.version ?? UNKNOWN,
  };
}
