import type { WorkloadLabel } from "#core/model/workload-label.ts";
import type { Redact } from "#core/telemetry/redact-headers.ts";

/** Who hands over a report, from its certificate, and what the registry knows of it. */
export interface Reporter {
  /** SPIFFE id. */
  readonly principal: string;
  readonly namespace: string;
  /** `namespace/name` of the instance, where it is registered. */
  readonly instance?: string;
  /** The workload beside which the agent runs; absent when it is not registered, or not under this account. */
  readonly workload?: WorkloadLabel;
  /** Which service answers at which of its sidecar's ports. */
  readonly services?: readonly { readonly inboundPort: number; readonly host: string; readonly port: number }[];
  /**
   * Who asks for mTLS at a port of its sidecar, if somebody does; undefined for a port that it does not have. Absent where
   * the workload is not known.
   */
  readonly mtlsAt?: (
    inboundPort: number,
  ) => { readonly policy?: { readonly namespace: string; readonly name: string } } | undefined;
  /** The RequestAuthentications that stand over its workload. */
  readonly authentications?: readonly { readonly namespace: string; readonly name: string }[];
  /** The AuthorizationPolicies over it that have an external authorizer asked. */
  readonly authorizing?: readonly { readonly namespace: string; readonly name: string }[];
  /** The RateLimits and Quotas that stand over its workload. */
  readonly limits?: readonly { readonly namespace: string; readonly name: string }[];
  /** Whose policies apply in all namespaces. */
  readonly rootNamespace?: string;
  /** The mesh's own name of a host that it asked for; undefined for a host that the mesh does not know. */
  readonly knownHost?: (host: string) => string | undefined;
  /** Under which service accounts a workload (`namespace/workload`) runs; undefined for one that is not registered. */
  readonly accountsOf?: (workload: string) => ReadonlySet<string> | undefined;
  /** The same object while what its labels mean is the same: what was made of them holds. */
  readonly about?: object;
  /** What of headers is shown, as Settings have it; absent: what always is. */
  readonly redact?: Redact;
  /** The configuration's revision that was published last at a time; null where that is not known any more. */
  readonly revisionAt?: (atMs: number) => number | null;
}
