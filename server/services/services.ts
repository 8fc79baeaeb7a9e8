import type { Diagnostic } from "#core/diagnostic.ts";
import type { Catalog } from "#core/form/catalog.ts";
import type { PolicyTarget } from "#core/form/warn-policy.ts";
import type { DrawnGraph } from "#core/graph/display-graph.ts";
import type { Graph, PlaintextView } from "#core/graph/graph.ts";
import type { HealthSubject } from "#core/resolve/health-tolerances.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import type { LogQuery } from "#core/telemetry/log-query.ts";
import type { LogRecord } from "#core/telemetry/log-record.ts";
import type { RequestQuery } from "#core/telemetry/request-query.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { ExplainInput, RequestAsk, RequestSearchInput, ShapesInput } from "#core/telemetry/request-search.ts";
import type { TapInput, TapNews } from "#core/telemetry/tap.ts";
import type { Trace, TraceSummary } from "#core/telemetry/trace.ts";
import type { TraceQuery } from "#core/telemetry/trace-query.ts";
import type { ChangeMark, EffectView, RevisionEffect } from "#core/traffic/revision-effect.ts";
import type { AlertSummary, AlertView, ReceiverView } from "#core/view/alert.ts";
import type { AuthenticationView } from "#core/view/authentication.ts";
import type {
  ApplyResult,
  CheckView,
  HistoryFilter,
  PreviewView,
  ReachView,
  ResourceDetail,
  ResourceSummary,
  RevisionDetail,
  RevisionSummary,
} from "#core/view/config.ts";
import type { CredentialApplied, CredentialRemoved, ListedCredential } from "#core/view/credential.ts";
import type { EgressView } from "#core/view/egress.ts";
import type { GatewayView } from "#core/view/gateway.ts";
import type { HealthRun, SubjectHealth, TolerancesView } from "#core/view/health.ts";
import type { ConsumerDetail, ConsumerView, LimitRuleView } from "#core/view/limit.ts";
import type { LimitUseView } from "#core/view/limit-use.ts";
import type { Distribution, ProxyDetail, ProxyStatus } from "#core/view/mesh.ts";
import type { ObjectiveDetail, ObjectiveView } from "#core/view/objective.ts";
import type { RedactionView } from "#core/view/redaction.ts";
import type { DifferencesView, RequestDetail, RequestPage, RequestSummary, ShapesView } from "#core/view/requests.ts";
import type { OverviewView, ServiceDetail, ServiceRow } from "#core/view/service.ts";
import type { ServiceMetrics } from "#core/view/service-metrics.ts";
import type {
  ApiTokenView,
  AuditView,
  IdentityView,
  JoinTokenView,
  PrincipalView,
  RefusalView,
  RevocationResult,
  RevocationView,
  SessionView,
} from "#core/view/session.ts";
import type { SimilarTraces } from "#core/view/similar-traces.ts";
import type { SimulationView } from "#core/view/simulation.ts";
import type { StorageView } from "#core/view/storage.ts";
import type { XdsType } from "#core/xds/type-urls.ts";
import type { CredentialInput } from "#server/services/credential-inputs.ts";
import type {
  ApiTokenInput,
  AuditFilter,
  ConsumersFilter,
  DrawnGraphQuery,
  GraphQuery,
  JoinTokenInput,
  LiftInput,
  ListFilter,
  MarksQuery,
  PolicedQuestion,
  ResetInput,
  RetentionInput,
  RevocationInput,
  SeriesQuery,
  SimulatedRequest,
  TopUpInput,
  TotalsQuery,
} from "#server/services/inputs.ts";

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

/** What stands over them already, that policy left out. */
export type Policed = Pick<PolicyTarget, "mtls" | "otherAllows" | "isRootNamespace">;

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
    series(query: SeriesQuery): Promise<ServiceMetrics>;
    /** Between services. */
    plaintext(seconds: number): Promise<PlaintextView>;
    /** What was asked for that no service declares. */
    egress(seconds: number): Promise<EgressView>;
  };
  readonly catalog: {
    services(seconds: number): Promise<readonly ServiceRow[]>;
    service(host: string, seconds: number): Promise<ServiceDetail>;
    names(): Promise<Catalog>;
    policed(question: PolicedQuestion): Promise<Policed>;
  };
  readonly config: {
    list(filter: ListFilter): Promise<readonly ResourceSummary[]>;
    get(ref: string): Promise<ResourceDetail>;
    check(changes: readonly ConfigChange[], asker: Asker): Promise<CheckView>;
    preview(changes: readonly ConfigChange[], asker: Asker): Promise<PreviewView>;
    /** Writes nothing where the signal says, before it is begun, that nobody waits for it any more. */
    apply(changes: readonly ConfigChange[], reason: string, caller: Caller, signal?: AbortSignal): Promise<ApplyResult>;
    diagnostics(): Promise<readonly Diagnostic[]>;
    history(filter: HistoryFilter): Promise<readonly RevisionSummary[]>;
    revision(revision: number): Promise<RevisionDetail>;
    rollback(revision: number, reason: string, caller: Caller): Promise<ApplyResult>;
    /** What a rollback to it, or an undo of it, would write, for its preview. */
    restoreChanges(revision: number, way: "rollback" | "undo"): Promise<readonly ConfigChange[]>;
    undo(revision: number, reason: string, caller: Caller): Promise<ApplyResult>;
    distribution(revision: number): Promise<Distribution>;
    /** The services that a resource bears on, those first where it applies. */
    reach(ref: string): Promise<ReachView>;
    /** Yields on every acknowledgement or refusal, and ends when the roll-out is complete or refused everywhere. */
    watch(revision: number, signal: AbortSignal): AsyncIterable<Distribution>;
  };
  /** What revisions did to the traffic that they bear on. */
  readonly effects: {
    get(revision: number): Promise<EffectView>;
    /** Those that are kept. */
    list(revisions: readonly number[]): Promise<readonly RevisionEffect[]>;
    /** Newest first. */
    marks(query: MarksQuery): Promise<readonly ChangeMark[]>;
  };
  readonly health: {
    /** Of all that had traffic when it was judged last. */
    current(): readonly SubjectHealth[];
    /** Oldest first; times of which nothing is known are left out. */
    history(query: { readonly subject: string; readonly seconds: number }): readonly HealthRun[];
    /** By what somebody is judged; without a subject, the defaults. */
    tolerances(subject?: HealthSubject): TolerancesView;
  };
  readonly alerts: {
    /** Those that are not over, firing ones first. */
    list(): readonly AlertView[];
    /** Those that were over in so long, the newest first. */
    history(query: { readonly seconds: number }): readonly AlertView[];
    summary(): AlertSummary;
    receivers(): readonly ReceiverView[];
  };
  readonly objectives: {
    /** Those in trouble first. */
    list(): readonly ObjectiveView[];
    /** With its budget over time; throws "not-found". */
    get(query: { readonly ref: string; readonly seconds?: number | undefined }): Promise<ObjectiveDetail>;
  };
  readonly simulate: {
    /** What would come of a request, now and under changes; throws "invalid" for one that comes to no proxy. */
    request(input: SimulatedRequest, asker: Asker): Promise<SimulationView>;
  };
  readonly traces: {
    search(query: TraceQuery): Promise<readonly TraceSummary[]>;
    get(traceId: string): Promise<Trace>;
    /** Those that went the same ways, in the hours around it. */
    similar(traceId: string): Promise<SimilarTraces>;
    /** Names of attributes in the last week. */
    attributes(): Promise<{ readonly span: readonly string[]; readonly resource: readonly string[] }>;
    /** What a field of TraceQL is in the last week, as text. Throws "invalid" for what is no field. */
    values(field: string): Promise<readonly string[]>;
  };
  readonly logs: { list(query: LogQuery): Promise<readonly LogRecord[]> };
  readonly requests: {
    list(query: RequestQuery): Promise<readonly RequestRecord[]>;
    search(input: RequestSearchInput): Promise<RequestPage>;
    summary(ask: RequestAsk): Promise<RequestSummary>;
    /** Which values those that the filter finds have more often than the rest. */
    differs(ask: RequestAsk): Promise<DifferencesView>;
    /** Throws "not-found" for a request that is not kept. */
    get(id: string): Promise<RequestDetail>;
    /** Why a request ended as it did that is kept nowhere. */
    explain(request: ExplainInput): Promise<RequestDetail["causes"]>;
    /** As they happen. Ends with the signal, after its time, and when nobody reads. */
    tap(input: TapInput, wantsHeaders: boolean, caller: Caller, signal: AbortSignal): AsyncIterable<TapNews>;
    shapes(input: ShapesInput): Promise<ShapesView>;
    /** Exact counts per reporter and code: what a load generator's own count is held against. */
    totals(query: TotalsQuery): Promise<{
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
    revoke(input: RevocationInput, caller: Caller): Promise<RevocationResult>;
    liftRevocation(input: LiftInput, caller: Caller): Promise<RevocationView>;
    /** Newest first, those that were lifted too. */
    revocations(): Promise<readonly RevocationView[]>;
    createJoinToken(
      input: JoinTokenInput,
      caller: Caller,
    ): Promise<{ readonly token: string; readonly id: string; readonly expiresAt: string }>;
    joinTokens(): Promise<readonly JoinTokenView[]>;
    revokeJoinToken(id: string, caller: Caller): Promise<void>;
  };
  readonly authentication: { get(seconds: number): Promise<AuthenticationView> };
  readonly limitUse: { get(seconds: number): Promise<LimitUseView> };
  readonly gateways: { list(): Promise<readonly GatewayView[]> };
  readonly credentials: {
    list(): Promise<readonly ListedCredential[]>;
    /** What is in its place is given to the proxies that name it, and nothing else. */
    apply(input: CredentialInput, caller: Caller): Promise<CredentialApplied>;
    /** Whatever names it: what does is told. */
    remove(ref: { readonly namespace: string; readonly name: string }, caller: Caller): Promise<CredentialRemoved>;
  };
  readonly limits: {
    /** RateLimits' rules and Quotas, as plans have them, with what is known of their consumers. */
    rules(): readonly LimitRuleView[];
    /** Of one rule, who has used most of the amount first. */
    consumers(filter: ConsumersFilter): readonly ConsumerView[];
    /** One consumer by name, over all rules that know it. */
    ofConsumer(subject: string): readonly ConsumerView[];
    /** With its history; throws "not-found" for a key that no rule has. */
    consumer(key: string): ConsumerDetail;
    topUp(input: TopUpInput, caller: Caller): Promise<ConsumerView>;
    reset(input: ResetInput, caller: Caller): Promise<ConsumerView>;
  };
  readonly access: {
    createApiToken(input: ApiTokenInput, caller: Caller): Promise<{ readonly token: string; readonly id: string }>;
    apiTokens(): Promise<readonly ApiTokenView[]>;
    revokeApiToken(id: string, caller: Caller): Promise<void>;
    /** What limits have refused since the start, the most recent first. */
    refusals(): Promise<readonly RefusalView[]>;
    /** What telemetry takes on the disk, and how long it is kept. */
    storage(): Promise<StorageView>;
    /** Holds at once. Throws "invalid", and "conflict" where the server's start says it. */
    setRetention(given: RetentionInput, caller: Caller): Promise<void>;
    /** Which headers of tapped requests stay on their hosts. */
    redaction(): Promise<RedactionView>;
    setRedaction(patterns: readonly string[], caller: Caller): Promise<void>;
    audit(filter: AuditFilter): Promise<readonly AuditView[]>;
  };
}
