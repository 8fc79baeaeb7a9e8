import { labelWorkload, type WorkloadLabel } from "#core/model/workload-label.ts";

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

export function labelInstance({ namespace, name, workload, labels }: TelemetryInstance): WorkloadLabel {
  return labelWorkload(workload || name, namespace, labels);
}
