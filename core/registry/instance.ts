/** Of `namespace/name`: no instance that was registered has a longer one. */
export const INSTANCE_CHARS_MAX = 600;

/** One running workload with its sidecar, as its agent registered it. */
export interface WorkloadInstance {
  readonly namespace: string;
  /** Unique in the namespace; NAME of the proxy's node id. */
  readonly name: string;
  /** The WorkloadGroup, and what telemetry calls the workload: "reviews-v1". */
  readonly workload: string;
  /** Its WorkloadGroup's: what selectors see. */
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly address: string;
  readonly ports: readonly InstancePort[];
  readonly health: "healthy" | "unhealthy" | "draining";
  /** What its agent says of an unhealthy one. */
  readonly unhealthyReason?: string;
  /** Its proxy has not connected yet: it is known, and no endpoint. */
  readonly isAwaited?: true;
  /** region/zone/subzone, or empty. */
  readonly locality: string;
  readonly weight: number;
}

export interface InstancePort {
  /** The service port's name. */
  readonly name: string;
  readonly appPort: number;
  /** What endpoints carry. Equal to appPort where traffic is captured. */
  readonly inboundPort: number;
}
