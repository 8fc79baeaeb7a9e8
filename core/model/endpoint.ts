import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Labels } from "#core/resource/labels.ts";

/** Where one instance of a service port answers. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly labels: Labels;
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

/** `workload;namespace;app;version` as endpoint metadata and the peer header carry it. */
export function describeWorkload(workload: string, namespace: string, labels: Labels): string {
  const app = labels["service.istio.io/canonical-name"] ?? labels["app.kubernetes.io/name"] ?? labels.app ?? workload;
  const version =
    labels["service.istio.io/canonical-revision"] ?? labels["app.kubernetes.io/version"] ?? labels.version ?? "latest";
  return `${workload};${namespace};${app};${version}`;
}
