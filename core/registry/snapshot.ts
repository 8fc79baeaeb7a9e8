import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { CredentialFacts, CredentialTable } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { AnyResource, ResourceRef } from "#core/resource/resource.ts";

export interface MeshSettings {
  /** "cluster.local" */
  readonly trustDomain: string;
  /** "cluster.local": `reviews` in namespace default is reviews.default.svc.cluster.local. */
  readonly domainSuffix: string;
  /** Resources here apply to the whole mesh: "istio-system". */
  readonly rootNamespace: string;
  /** Share of requests traced, 0 to 100. */
  readonly traceSampling: number;
  /** Absent: the defaults. */
  readonly proxies?: ProxySettings;
}

/** Everything that decides what proxies get. */
export interface Snapshot {
  readonly revision: number;
  readonly mesh: MeshSettings;
  readonly resources: readonly AnyResource[];
  readonly instances: readonly WorkloadInstance[];
  /** JSON Web Key Sets that were fetched, by where from (`keyLocationOf`); absent: none. */
  readonly keySets?: Readonly<Record<string, string>>;
  /** What is known of stored credentials; absent: there are none. What they hold is nowhere in a snapshot. */
  readonly credentials?: CredentialTable;
}

/** From one snapshot to the next. Upserts replace by identity. */
export interface SnapshotChange {
  /** The revision that made the change; registry changes keep the current one. */
  readonly revision: number;
  readonly upserts: readonly AnyResource[];
  readonly deletes: readonly ResourceRef[];
  readonly instanceUpserts: readonly WorkloadInstance[];
  /** `namespace/name`. */
  readonly instanceDeletes: readonly string[];
  /** Those that are others, or new; null where one is kept no longer. */
  readonly keySets?: Readonly<Record<string, string | null>>;
  /** Credentials that are others, or new; null where one is gone. */
  readonly credentials?: Readonly<Record<string, CredentialFacts | null>>;
}
