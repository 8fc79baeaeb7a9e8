import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Where one instance of a service port answers. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** With those that follow from its locality. */
  readonly labels: Labels;
  /** region/zone/subzone, or less of it; empty where nobody says it. */
  readonly locality: string;
  /** True when a sidecar terminates mTLS there. */
  readonly takesMtls: boolean;
  readonly serviceAccount: string | undefined;
  /** `workload;namespace;app;version`; absent outside the mesh. */
  readonly workload: string | undefined;
  /** A registered workload's sidecar listens there. */
  readonly isRegistered: boolean;
  readonly weight: number;
  readonly health: WorkloadInstance["health"];
}
