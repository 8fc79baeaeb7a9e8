import type { Role } from "#core/access/role.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { Catalog } from "#core/form/catalog.ts";
import type { PolicyTarget } from "#core/form/warn-policy.ts";
import type { DrawnGraph } from "#core/graph/display-graph.ts";
import type { Graph, GraphEnds, GraphView, PlaintextView } from "#core/graph/graph.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { Trace, TraceSummary } from "#core/telemetry/trace.ts";
import type {
  ApplyResult,
  CheckView,
  PreviewView,
  ResourceDetail,
  ResourceSummary,
  RevisionDetail,
  RevisionSummary,
} from "#core/view/config.ts";
import type { Distribution, ProxyDetail, ProxyStatus } from "#core/view/mesh.ts";
import type { OverviewView, ServiceDetail, ServiceRow } from "#core/view/service.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";
import type {
  ApiTokenView,
  AuditView,
  IdentityView,
  JoinTokenView,
  PrincipalView,
  RefusalView,
  RevocationKind,
  RevocationResult,
  RevocationView,
  SessionView,
} from "#core/view/session.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

/** Who asks, and from where: what every write records. */
export interface Caller {
  readonly principal: PrincipalView;
  readonly from: string;
}

/** Whose turn a costly question takes; the signal says that the answer is not wanted any more. */
export interface Asker {
  readonly user: string;
  readonly signal?: AbortSignal | undefined;
}

export interface GraphQuery {
  readonly view: GraphView;
  readonly seconds: number;
  readonly endMs?: number | undefined;
  readonly namespaces?: readonly string[] | undefined;
  /** Also what is registered and had no traffic. */
  readonly idle?: boolean | undefined;
}

export interface DrawnGraphQuery extends Omit<GraphQuery, "namespaces"> {
  /** Namespaces that a person closed or opened; of the others, those of a graph too large to read are closed. */
  readonly closed?: readonly string[] | undefined;
  readonly open?: readonly string[] | undefined;
}

/** Workloads that a policy is meant for. */
export interface PolicedQuestion {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ref of the policy itself. */
  readonly except: string | null;
}

/** What stands over them already, that policy left out. */
export type Policed = Pick<PolicyTarget, "mtls" | "otherAllows" | "isRootNamespace">;

export interface TraceQuery {
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
  readonly minDurationMs?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  readonly errorsOnly?: boolean | undefined;
  /** Attributes that one of its spans has, all of them. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly seconds: number;
  readonly limit: number;
}

export interface RequestQuery {
  readonly service?: string | undefined;
  readonly source?: string | undefined;
  readonly code?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly deniedOnly?: boolean | undefined;
  readonly seconds: number;
  readonly limit: number;
}

/** What the API serves; the composition root makes it. Every method throws PharosError only. */
export interface Services {
  readonly session: {
    describe(principal: PrincipalView | null): Promise<SessionView>;
  };
  readonly overview: { get(seconds: number): Promise<OverviewView> };
  readonly topology: {
    graph(query: GraphQuery): Promise<Graph>;
    drawn(query: DrawnGraphQuery): Promise<DrawnGraph>;
    live(query: DrawnGraphQuery, signal: AbortSignal): AsyncIterable<DrawnGraph>;
    /** What flowed between two ends of the graph, over time. */
    series(query: GraphEnds & { readonly seconds: number }): Promise<ServiceMetrics>;
    /** Between services. */
    plaintext(seconds: number): Promise<PlaintextView>;
  };
  readonly catalog: {
    services(seconds: number): Promise<readonly ServiceRow[]>;
    service(host: string, seconds: number): Promise<ServiceDetail>;
    names(): Promise<Catalog>;
    policed(question: PolicedQuestion): Promise<Policed>;
  };
  readonly config: {
    list(filter: {
      kinds?: readonly string[] | undefined;
      namespace?: string | undefined;
      /** In kubectl's grammar; throws `invalid` when it is none. */
      labelSelector?: string | undefined;
    }): Promise<readonly ResourceSummary[]>;
    get(ref: string): Promise<ResourceDetail>;
    check(changes: readonly ConfigChange[], asker: Asker): Promise<CheckView>;
    preview(changes: readonly ConfigChange[], asker: Asker): Promise<PreviewView>;
    apply(changes: readonly ConfigChange[], reason: string, caller: Caller): Promise<ApplyResult>;
    diagnostics(): Promise<readonly Diagnostic[]>;
    history(filter: {
      ref?: string | undefined;
      limit: number;
      before?: number | undefined;
    }): Promise<readonly RevisionSummary[]>;
    revision(revision: number): Promise<RevisionDetail>;
    rollback(revision: number, reason: string, caller: Caller): Promise<ApplyResult>;
    undo(revision: number, reason: string, caller: Caller): Promise<ApplyResult>;
    distribution(revision: number): Promise<Distribution>;
    /** Yields on every acknowledgement or refusal, and ends when the roll-out is complete or refused everywhere. */
    watch(revision: number, signal: AbortSignal): AsyncIterable<Distribution>;
  };
  readonly traces: {
    search(query: TraceQuery): Promise<readonly TraceSummary[]>;
    get(traceId: string): Promise<Trace>;
  };
  readonly requests: {
    list(query: RequestQuery): Promise<readonly RequestRecord[]>;
    /** Exact counts per reporter and code: what a load generator's own count is held against. */
    totals(query: {
      reporter: "source" | "destination";
      workload?: string | undefined;
      service?: string | undefined;
      startMs: number;
      endMs: number;
    }): Promise<{
      readonly total: number;
      readonly byCode: Readonly<Record<string, number>>;
    }>;
  };
  readonly proxies: {
    list(): Promise<readonly ProxyStatus[]>;
    get(id: string): Promise<ProxyDetail>;
    config(id: string, type: XdsType): Promise<unknown>;
  };
  readonly identity: {
    list(): Promise<readonly IdentityView[]>;
    /** `subject`: a SPIFFE id or NAMESPACE/ACCOUNT, a namespace, a serial or fingerprint, the id of a join token. */
    revoke(input: { kind: RevocationKind; subject: string; reason: string }, caller: Caller): Promise<RevocationResult>;
    liftRevocation(input: { id: string; reason: string }, caller: Caller): Promise<RevocationView>;
    /** Newest first, those that were lifted too. */
    revocations(): Promise<readonly RevocationView[]>;
    createJoinToken(
      input: {
        namespace: string;
        serviceAccount: string;
        group?: string | undefined;
        ttlSeconds: number;
        server?: string | undefined;
      },
      caller: Caller,
    ): Promise<{ readonly token: string; readonly id: string; readonly expiresAt: string }>;
    joinTokens(): Promise<readonly JoinTokenView[]>;
    revokeJoinToken(id: string, caller: Caller): Promise<void>;
  };
  readonly access: {
    createApiToken(
      input: { name: string; role: Role; ttlSeconds?: number | undefined },
      caller: Caller,
    ): Promise<{ readonly token: string; readonly id: string }>;
    apiTokens(): Promise<readonly ApiTokenView[]>;
    revokeApiToken(id: string, caller: Caller): Promise<void>;
    /** What limits have refused since the start, the most recent first. */
    refusals(): Promise<readonly RefusalView[]>;
    audit(filter: {
      limit: number;
      before?: string | undefined;
      actor?: string | undefined;
      action?: string | undefined;
    }): Promise<readonly AuditView[]>;
  };
}
