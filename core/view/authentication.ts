import type { PlaintextEdge } from "#core/graph/graph.ts";
import type { KeyFacts } from "#core/registry/list-keys.ts";
import type { KeyView } from "#core/view/config.ts";
import type { ServiceRow } from "#core/view/service.ts";

/** Where a token is looked for; `prefix` stands before it in a header. */
export interface TokenPlace {
  readonly kind: "header" | "parameter" | "cookie";
  readonly name: string;
  readonly prefix: string;
}

/** One rule of a RequestAuthentication: whose tokens are checked, and where that applies. */
export interface IssuerView {
  readonly ref: string;
  readonly namespace: string;
  readonly name: string;
  /** Of the rule in its resource. */
  readonly index: number;
  /** Empty: any. */
  readonly issuer: string;
  /** One of them has to be in the token; empty: any. */
  readonly audiences: readonly string[];
  /** Never empty: the usual ones where none is written. */
  readonly places: readonly TokenPlace[];
  readonly isForwarded: boolean;
  readonly reach: "workloads" | "namespace" | "mesh";
  /** `namespace/workload` of those that check its tokens, those too of which nothing runs. */
  readonly workloads: readonly string[];
  /** Where the keys are fetched; null: they stand in the rule. */
  readonly location: string | null;
  /** Those that stand in the rule. */
  readonly ownKeys: readonly KeyFacts[];
  /** Policies over some of these workloads that ask for a token: without one of them a request that has none passes. */
  readonly askedBy: readonly string[];
}

/** A place that keys are fetched from. */
export interface KeyPlace extends KeyView {
  /** Whose tokens they check; empty: any. */
  readonly issuers: readonly string[];
  readonly refs: readonly string[];
}

/** A caller that comes without mTLS. */
export type PlaintextCaller = Pick<
  PlaintextEdge,
  "id" | "source" | "perSecond" | "mtlsPercent" | "addresses" | "deniedBy"
>;

export interface WorkloadMtlsView {
  readonly namespace: string;
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether an instance is registered; what is told of a group without one is what it would accept. */
  readonly isRunning: boolean;
  /** On all of its ports; "unknown": they differ. */
  readonly mode: ServiceRow["mtls"];
  /** The policy that says so of the workload; null: nobody does. */
  readonly policy: string | null;
  /** Ports on which something else holds than for the workload in general. */
  readonly ports: readonly { readonly name: string; readonly port: number; readonly mode: ServiceRow["mtls"] }[];
  /** The most of them first. */
  readonly plaintext: readonly PlaintextCaller[];
}

export interface AuthenticationView {
  /** In order of issuers. */
  readonly issuers: readonly IssuerView[];
  /** In order of places. */
  readonly keys: readonly KeyPlace[];
  /** In order of namespaces and workloads. */
  readonly mtls: readonly WorkloadMtlsView[];
  /** Whether any traffic was measured, with mTLS or without. */
  readonly hasTraffic: boolean;
  readonly rootNamespace: string;
}
