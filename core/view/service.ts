import type { GraphEdge, Health } from "#core/graph/graph.ts";
import type { Resolution } from "#core/model/service.ts";
import type { AppliedResource } from "#core/resolve/applied-resource.ts";
import type { ExplainedCallers } from "#core/resolve/explain-localities.ts";
import type { TraceSummary } from "#core/telemetry/trace.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";

/** One row of the services list. */
export interface ServiceRow {
  readonly host: string;
  readonly namespace: string;
  readonly name: string;
  readonly ports: readonly { readonly name: string; readonly number: number; readonly protocol: string }[];
  readonly instances: number;
  readonly healthyInstances: number;
  readonly versions: readonly string[];
  readonly mtls: "strict" | "permissive" | "disabled" | "unknown";
  readonly health: Health;
  /** Null when nothing was recorded in the range. */
  readonly requestsPerSecond: number | null;
  readonly errorPercent: number | null;
  readonly p95Ms: number | null;
  /** Requests per second over the range, for a sparkline. */
  readonly sparkline: readonly number[];
}

export interface InstanceView {
  readonly name: string;
  readonly workload: string;
  readonly address: string;
  readonly port: number;
  readonly version: string;
  readonly health: "healthy" | "unhealthy" | "draining";
  /** Empty where there is none. */
  readonly unhealthyReason: string;
  readonly serviceAccount: string;
  /** region/zone/subzone, or less of it; empty where nobody says it. */
  readonly locality: string;
  readonly proxyId: string | null;
}

/** Who answers because a resource says so; nobody registered it. */
export interface WrittenEndpoint {
  /** An address, a name that callers look up, or the path of a socket. */
  readonly address: string;
  /** Of no meaning for a socket. */
  readonly port: number;
  /** region/zone/subzone, or less of it; empty where nobody says it. */
  readonly locality: string;
}

export interface ServiceDetail extends ServiceRow {
  /** VirtualServices that name a host which no service declares: then nothing serves it. Empty where one does. */
  readonly namedBy: readonly string[];
  readonly metrics: ServiceMetrics;
  readonly callers: readonly ServicePeer[];
  readonly callees: readonly ServicePeer[];
  readonly instanceList: readonly InstanceView[];
  /** The first hundred. */
  readonly written: readonly WrittenEndpoint[];
  /** How callers find who answers. */
  readonly resolution: Resolution;
  /** WorkloadGroups that it selects and that have no instance, with the account that callers expect of theirs; null: each says its own. */
  readonly waitingGroups: readonly { readonly name: string; readonly serviceAccount: string | null }[];
  readonly config: readonly AppliedResource[];
  /** Which endpoints callers prefer by where both are; empty where that makes no difference. */
  readonly localities: readonly ExplainedCallers[];
  readonly traces: readonly TraceSummary[];
}

export interface ServicePeer {
  readonly name: string;
  readonly namespace: string;
  /** Null when the peer is a workload without a service, or unknown. */
  readonly host: string | null;
  /** What applies to the called service, where calls to it fail or wait: it may be why. */
  readonly config: readonly AppliedResource[];
  readonly edge: Pick<
    GraphEdge,
    | "requestsPerSecond"
    | "errorPercent"
    | "p95Ms"
    | "mtlsPercent"
    | "health"
    | "deniedBy"
    | "responses"
    | "sourceAddresses"
  >;
}

export interface OverviewView {
  readonly rangeSeconds: number;
  readonly requestsPerSecond: number | null;
  readonly errorPercent: number | null;
  readonly p95Ms: number | null;
  readonly mtlsPercent: number | null;
  readonly services: {
    readonly total: number;
    readonly healthy: number;
    readonly degraded: number;
    readonly failing: number;
    readonly idle: number;
  };
  readonly proxies: {
    readonly total: number;
    readonly synced: number;
    readonly stale: number;
    readonly refused: number;
  };
  readonly certificatesExpiringSoon: number;
  /** The server's own disk has no room: it shows and serves what it has, and refuses changes. */
  readonly isDiskFull: boolean;
  readonly revision: number;
  readonly series: ServiceMetrics;
  readonly worst: readonly ServiceRow[];
  readonly recentRevisions: readonly {
    readonly revision: number;
    readonly author: string;
    readonly reason: string;
    readonly at: string;
  }[];
  readonly diagnostics: { readonly errors: number; readonly warnings: number };
  readonly namespaces: readonly {
    readonly name: string;
    readonly services: number;
    readonly requestsPerSecond: number | null;
    readonly errorPercent: number | null;
    readonly mtls: string;
  }[];
}
