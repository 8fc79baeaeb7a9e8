import { labelWorkload, type WorkloadLabel } from "#core/model/workload-label.ts";
import type { OwnEnd } from "#mesh-agent/telemetry/label-entry.ts";

/** The workload that the agent runs beside, as its telemetry names it. */
export interface TelemetryInstance {
  readonly namespace: string;
  readonly name: string;
  /** The WorkloadGroup. */
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  /** SPIFFE id. */
  readonly principal: string;
  /** Of its Envoy, as spans name it. */
  readonly nodeId?: string;
}

export function labelInstance({ namespace, name, workload, labels }: TelemetryInstance): WorkloadLabel {
  return labelWorkload(workload || name, namespace, labels);
}

/** It as the end that reports. */
export function ownEndOf(instance: TelemetryInstance): OwnEnd {
  return { ...labelInstance(instance), principal: instance.principal };
}
