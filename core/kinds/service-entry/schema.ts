import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";
import type { LabelsSelector } from "#core/kinds/workload-selector.ts";

export interface ServiceEntrySpec {
  readonly hosts: readonly string[];
  readonly addresses?: readonly string[];
  readonly ports?: readonly ServicePort[];
  /** MESH_EXTERNAL when absent. */
  readonly location?: "MESH_EXTERNAL" | "MESH_INTERNAL";
  /** NONE when absent. */
  readonly resolution?: "NONE" | "STATIC" | "DNS" | "DNS_ROUND_ROBIN" | "DYNAMIC_DNS";
  readonly endpoints?: readonly ServiceEndpoint[];
  readonly workloadSelector?: LabelsSelector;
  readonly exportTo?: readonly string[];
  readonly subjectAltNames?: readonly string[];
}

export interface ServicePort {
  readonly number: number;
  readonly name: string;
  /** HTTP, HTTP2, GRPC, HTTPS, TLS, TCP, …; TCP when absent. */
  readonly protocol?: string;
  readonly targetPort?: number;
}

/** A WorkloadEntry written inside the service entry. */
export type ServiceEndpoint = WorkloadEntrySpec;
