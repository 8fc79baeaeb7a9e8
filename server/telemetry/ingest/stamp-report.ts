import { create } from "@bufbuild/protobuf";
import { parseSpiffeId } from "#core/identity/spiffe-id.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import { plainText } from "#core/plain-text.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import { isAuthorizerRefusal } from "#core/telemetry/authorizer-refusal.ts";
import { LE_COUNT, WINDOW_MS } from "#core/telemetry/buckets.ts";
import { CLOCK_DIFFERENCE_MS_MAX } from "#core/telemetry/clock-difference.ts";
import { isDenial, namespaceOfDenial } from "#core/telemetry/denied-by.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { histogramOfLe, isHistogram, rangesOf, rangesOfLe, sizeOf } from "#core/telemetry/histogram.ts";
import { withNames } from "#core/telemetry/named-refusal.ts";
import { isOwnAnswer } from "#core/telemetry/own-answer.ts";
import { isRefusal, isRefusedBySidecar, withPolicy } from "#core/telemetry/refused-connection.ts";
import { isTokenRefusal } from "#core/telemetry/token-refusal.ts";
import { remainderOf, remainderOfWire } from "#core/telemetry/traffic-key.ts";
import {
  type ReportRequest,
  type RequestSample,
  type RequestWindow,
  type TelemetryGap,
  TelemetryGapSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { RATE_MAX } from "#server/telemetry/ingest/rate-book.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import { foldShapes, stampShapes } from "#server/telemetry/ingest/stamp-shapes.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

export interface StampedReport {
  readonly windows: readonly TrafficWindow[];
  readonly samples: readonly RequestSample[];
  readonly gaps: readonly TelemetryGap[];
  /** What was not taken, and why: one sentence each. */
  readonly refused: readonly string[];
}

/** Windows further from now than this are a broken clock, not telemetry. */
const PAST_MS_MAX = 31 * 24 * 3600 * 1000;
const UNTIMELY = "windows at a time that cannot be";

/** What one text of an agent may cost; paths are cut by who samples them. */
const TEXT_CHARS_MAX = 512;
/** More than that in a gap is no count: sums of such would be none either. */
const COUNT_MAX = 2 ** 32;
/** Requests of one window, or connections. */
const COUNT_OF_WINDOW_MAX = (RATE_MAX * WINDOW_MS) / 1000;
/** Of one window: what 400 Gbit/s carry while its requests and connections last. */
const BYTES_PER_MS = 50_000_000;
/** An agent sends 120 at most: samples of one reporter must not shorten the life of all others'. */
const SAMPLES_MAX = 500;
/** Of weights: what a proxy has in the longest time between two reports. */
const WEIGHT_MAX = RATE_MAX * 60;
/** What routes of the mesh are written in. */
const ROUTE_RESOURCE = /^(?:VirtualService|HTTPRoute|GRPCRoute)\/[a-z0-9.-]{1,253}\/[a-z0-9.-]{1,253}$/;
const ROUTE_PATH = /^spec(?:\.[A-Za-z]{1,40}|\[\d{1,5}\]){1,10}$/;
const GRPC_STATUS = /^\d{0,3}$/;
/** Of ports and response codes. */
const SHORT_MAX = 65_535;

/** Whether something may have happened then, as far as clocks may differ. */
export function canBe(atMs: number, nowMs: number): boolean {
  return atMs >= nowMs - PAST_MS_MAX && atMs <= nowMs + CLOCK_DIFFERENCE_MS_MAX;
}

/**
 * Takes of a report what its reporter may say: its own end is stamped with its certificate's identity and the
 * registry's labels; a row that names somebody else as its reporting end is refused.
 */
export function stampReport(report: ReportRequest, reporter: Reporter, nowMs: number): StampedReport {
  const refused = new Map<string, number>();
  const refuse = (why: string, requests: number): void => void refused.set(why, (refused.get(why) ?? 0) + requests);
  const windows = report.windows.flatMap((window) => {
    const why = whyRefused(window, reporter, nowMs);
    if (why !== undefined) {
      refuse(why, Number(window.count));
      return [];
    }
    const stamped = stampWindow(window, reporter);
    if (reporter.workload !== undefined) return [stamped];
    return [foldShapes({ ...stamped, key: remainderOf(stamped.key, "unregistered") })];
  });
  const beyond = report.samples.length - SAMPLES_MAX;
  if (beyond > 0) refuse("samples beyond those of one report", beyond);
  const samples = report.samples.slice(0, SAMPLES_MAX).flatMap((sample) => {
    if (!isPossibleSample(sample, nowMs)) {
      refuse("samples that cannot be", 1);
      return [];
    }
    if (
      contradicts(
        sample.reporter,
        sample.sourceWorkloadNamespace,
        sample.sourcePrincipal,
        sample.destinationWorkloadNamespace,
        sample.destinationPrincipal,
        reporter,
      )
    ) {
      refuse(`samples that speak for another than ${reporter.principal}`, 1);
      return [];
    }
    const stamped = stampSample(cutTexts(sample), reporter);
    return [reporter.workload === undefined ? unplacedSample(stamped) : stamped];
  });
  const gaps = report.gaps.flatMap((gap) => {
    if (!canBe(Number(gap.endMs), nowMs) || Number(gap.requests) >= COUNT_MAX) return [];
    const hasBegun = gap.startMs <= gap.endMs;
    return { ...gap, startMs: hasBegun ? gap.startMs : gap.endMs, reason: plainText(gap.reason, TEXT_CHARS_MAX) };
  });
  const untimely = refused.get(UNTIMELY);
  if (untimely !== undefined) gaps.push(gapOf(report, untimely, nowMs));
  return {
    windows,
    samples,
    gaps,
    refused: [...refused].map(([why, requests]) => `${why}: ${requests} requests`),
  };
}

/** Requests that were seen, and of which nobody can say when. */
function gapOf({ windows }: ReportRequest, requests: number, nowMs: number): TelemetryGap {
  // Not Math.min(...): a report may hold more windows than a call takes arguments.
  const from = windows.reduce((least, { windowStartMs }) => Math.min(least, Number(windowStartMs)), Infinity);
  return create(TelemetryGapSchema, {
    startMs: BigInt(nowMs),
    endMs: BigInt(nowMs),
    reason: `an agent told of requests at a time that cannot be (from ${dateOf(from)} on): they are not counted`,
    requests: BigInt(Number.isSafeInteger(requests) ? requests : 0),
  });
}

function dateOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}

function whyRefused(window: RequestWindow, reporter: Reporter, nowMs: number): string | undefined {
  const {
    reporter: side,
    sourceWorkloadNamespace,
    sourcePrincipal,
    destinationWorkloadNamespace,
    destinationPrincipal,
  } = window;
  if (side !== "source" && side !== "destination" && side !== "mirror")
    return `windows of the unknown reporter ${JSON.stringify(side.slice(0, 40))}`;
  if (!canBe(Number(window.windowStartMs), nowMs)) return UNTIMELY;
  if (window.durationBuckets.length > LE_COUNT || !histogramsOf(window).every(isHistogram))
    return "windows with unknown buckets";
  if (!hasPossibleFigures(window)) return "windows with figures that cannot be";
  if (
    contradicts(
      side,
      sourceWorkloadNamespace,
      sourcePrincipal,
      destinationWorkloadNamespace,
      destinationPrincipal,
      reporter,
    )
  ) {
    return `windows that speak for another than ${reporter.principal}`;
  }
  return undefined;
}

/** One agent's nonsense must not spoil sums that others' figures are in. */
function hasPossibleFigures(window: RequestWindow): boolean {
  const { durationSumMs, destinationPort, responseCode, opened } = window;
  const count = Number(window.count);
  return (
    count <= COUNT_OF_WINDOW_MAX &&
    opened <= COUNT_OF_WINDOW_MAX &&
    histogramsOf(window).every((histogram) => sizeOf(histogram) <= count) &&
    durationSumMs >= 0 &&
    Number.isFinite(durationSumMs) &&
    areCarried(window) &&
    destinationPort <= SHORT_MAX &&
    responseCode <= SHORT_MAX
  );
}

function areCarried(window: RequestWindow): boolean {
  const bytes = Number(window.requestBytes) + Number(window.responseBytes);
  // Few windows need to be asked how long their connections lasted.
  return bytes <= WINDOW_MS * BYTES_PER_MS || bytes <= (WINDOW_MS + possibleDuration(window)) * BYTES_PER_MS;
}

function histogramsOf(window: RequestWindow): readonly number[][] {
  return [durationsOf(window), window.requestSizes, window.responseSizes];
}

function durationsOf(window: RequestWindow): number[] {
  return isByIstio(window) ? histogramOfLe(window.durationBuckets) : window.durations;
}

/** Of an agent that counts by Istio's buckets alone. */
function isByIstio({ durations, durationBuckets }: RequestWindow): boolean {
  return durations.length === 0 && durationBuckets.length > 0;
}

/** The sum of durations that goes with the histogram beside it: as it is told, or the nearest that can be. */
function possibleDuration(window: RequestWindow): number {
  const { durations, durationBuckets, durationSumMs, count } = window;
  let [least, most, known] = [0, 0, 0];
  for (const range of isByIstio(window) ? rangesOfLe(durationBuckets) : rangesOf(durations)) {
    known += range.count;
    least += range.count * range.above;
    most += range.count * Math.min(range.upTo, PAST_MS_MAX);
  }
  most += (Number(count) - known) * PAST_MS_MAX;
  return Math.min(most, Math.max(least, durationSumMs));
}

function contradicts(
  side: string,
  sourceNamespace: string,
  sourcePrincipal: string,
  destinationNamespace: string,
  destinationPrincipal: string,
  { principal, namespace }: Reporter,
): boolean {
  const differs = (claimed: string, own: string): boolean => claimed !== "" && claimed !== UNKNOWN && claimed !== own;
  return side === "source"
    ? differs(sourceNamespace, namespace) || differs(sourcePrincipal, principal)
    : differs(destinationNamespace, namespace) || differs(destinationPrincipal, principal);
}

function stampWindow(window: RequestWindow, reporter: Reporter): TrafficWindow {
  const isSource = window.reporter === "source";
  const { workload } = reporter;
  const caller = isSource ? window : callerOf(window, reporter);
  const answered = isSource
    ? undefined
    : reporter.services?.find(({ inboundPort }) => inboundPort === window.destinationPort);
  const key: TrafficKey = {
    reporter: isSource ? "source" : window.reporter === "mirror" ? "mirror" : "destination",
    sourceWorkload: known((isSource ? workload?.workload : undefined) ?? caller.sourceWorkload),
    sourceNamespace: isSource ? reporter.namespace : known(caller.sourceWorkloadNamespace),
    sourceApp: known((isSource ? workload?.app : undefined) ?? caller.sourceApp),
    sourceVersion: known((isSource ? workload?.version : undefined) ?? caller.sourceVersion),
    sourcePrincipal: isSource ? reporter.principal : known(window.sourcePrincipal),
    destinationWorkload: known((isSource ? undefined : workload?.workload) ?? window.destinationWorkload),
    destinationNamespace: isSource ? known(window.destinationWorkloadNamespace) : reporter.namespace,
    destinationApp: known((isSource ? undefined : workload?.app) ?? window.destinationApp),
    destinationVersion: known((isSource ? undefined : workload?.version) ?? window.destinationVersion),
    destinationPrincipal: isSource ? known(window.destinationPrincipal) : reporter.principal,
    destinationService: isSource ? known(window.destinationService) : (answered?.host ?? ownService(window, reporter)),
    destinationPort: answered?.port ?? window.destinationPort,
    protocol: window.requestProtocol === "grpc" || window.requestProtocol === "tcp" ? window.requestProtocol : "http",
    responseCode: window.responseCode,
    grpcStatus: GRPC_STATUS.test(window.grpcResponseStatus) ? window.grpcResponseStatus : "",
    responseFlags: /^[A-Za-z_,]{1,200}$/.test(window.responseFlags) ? window.responseFlags : "-",
    security:
      window.connectionSecurityPolicy === "mutual_tls" || window.connectionSecurityPolicy === "none"
        ? window.connectionSecurityPolicy
        : "unknown",
    deniedBy: deniedBy(window, reporter),
    fromGateway: isSource && window.fromGateway,
    sourceAddress: isSource || known(window.sourcePrincipal) !== UNKNOWN ? "" : addressOf(window.sourceAddress),
  };
  const startMs = Number(window.windowStartMs);
  return {
    startMs: startMs - (startMs % WINDOW_MS),
    key,
    count: Number(window.count),
    requestBytes: Number(window.requestBytes),
    responseBytes: Number(window.responseBytes),
    durationSumMs: possibleDuration(window),
    opened: window.requestProtocol === "tcp" ? window.opened : 0,
    durations: durationsOf(window),
    requestSizes: window.requestSizes,
    responseSizes: window.responseSizes,
    shapes: stampShapes(window),
  };
}

/** Of a service that selects it a workload may say that it was called; of no other. */
function ownService({ destinationService }: Pick<RequestWindow, "destinationService">, { services }: Reporter): string {
  return services?.some(({ host }) => host === destinationService) === true ? destinationService : UNKNOWN;
}

/** The same as is left of a window, and nothing of where Envoy sent it. */
function unplacedSample(sample: RequestSample): RequestSample {
  return {
    ...remainderOfWire(sample, "unregistered"),
    routeName: "",
    routeResource: "",
    routePath: "",
    subset: "",
    upstreamHost: "",
    upstreamFailure: "",
  };
}

function isPossibleSample(sample: RequestSample, nowMs: number): boolean {
  const { startMs, reporter, responseCode, durationMs, weight, destinationPort, attempts } = sample;
  return (
    canBe(Number(startMs), nowMs) &&
    (reporter === "source" || reporter === "destination") &&
    responseCode <= SHORT_MAX &&
    destinationPort <= SHORT_MAX &&
    attempts <= SHORT_MAX &&
    weight >= 0 &&
    weight <= WEIGHT_MAX &&
    durationMs >= 0 &&
    Number.isFinite(durationMs)
  );
}

/** What refused, with the PeerAuthentication where mTLS was missing: the agent knows why, not by whose word. */
function deniedBy({ deniedBy: refusal, destinationPort, reporter: side }: RequestWindow, reporter: Reporter): string {
  const short = ownDenial(refusal, reporter);
  if (isOwnAnswer(short)) return side === "source" ? short : "";
  if (side !== "destination" || reporter.mtlsAt === undefined || !isRefusedBySidecar(short)) return short;
  const at = reporter.mtlsAt(destinationPort);
  // Nobody asked for anything at a port that the workload does not have.
  if (at === undefined) return "";
  return at.policy === undefined ? short : withPolicy(short, at.policy);
}

/**
 * A denial as a proxy of this namespace may tell it: only policies of its namespace and of the root's apply there, and which
 * PeerAuthentication asked for mTLS, RequestAuthentication for another token or policy for an authorizer is not for the agent to say.
 */
function ownDenial(
  text: string,
  { namespace, rootNamespace, authentications = [], authorizing = [] }: Reporter,
): string {
  if (text.length > TEXT_CHARS_MAX || !/^[!-~]*$/.test(text) || !isDenial(text)) return "";
  const whose = namespaceOfDenial(text);
  if (whose !== undefined && whose !== namespace && whose !== rootNamespace) return "";
  if (isTokenRefusal(text)) return withNames(text, authentications);
  if (isAuthorizerRefusal(text)) return withNames(text, authorizing);
  return isRefusal(text) ? text.replace(/-policy\[.*$/, "") : text;
}

function addressOf(text: string): string {
  return text === "other" || isIpAddress(text) ? text : "";
}

type Caller = Pick<
  RequestWindow,
  "sourceWorkload" | "sourceWorkloadNamespace" | "sourceApp" | "sourceVersion" | "sourcePrincipal"
>;

/**
 * The caller as the called end may name it. Its workload's name is what it says of itself in a header; its certificate
 * says more: a name that another account runs under is not taken, and the caller is known by its identity alone.
 */
function callerOf(claimed: Caller, { accountsOf }: Reporter): Omit<Caller, "sourcePrincipal"> {
  const { sourceWorkload, sourceWorkloadNamespace, sourcePrincipal } = claimed;
  const isNamed = sourceWorkload !== "" && sourceWorkload !== UNKNOWN;
  if (!isNamed || sourcePrincipal === "" || sourcePrincipal === UNKNOWN) return claimed;
  const identity = parseSpiffeId(sourcePrincipal);
  const accounts = accountsOf?.(`${sourceWorkloadNamespace}/${sourceWorkload}`);
  const isItsOwn = identity?.namespace === sourceWorkloadNamespace && (accounts?.has(identity.serviceAccount) ?? true);
  if (isItsOwn) return claimed;
  return {
    sourceWorkload: UNKNOWN,
    sourceWorkloadNamespace: identity?.namespace ?? UNKNOWN,
    sourceApp: UNKNOWN,
    sourceVersion: UNKNOWN,
  };
}

function stampSample(sample: RequestSample, reporter: Reporter): RequestSample {
  const { workload, namespace, principal } = reporter;
  const deniedBy = ownDenial(sample.deniedBy, reporter);
  const told = {
    grpcResponseStatus: GRPC_STATUS.test(sample.grpcResponseStatus) ? sample.grpcResponseStatus : "",
    routeResource: ROUTE_RESOURCE.test(sample.routeResource) ? sample.routeResource : "",
    routePath: ROUTE_PATH.test(sample.routePath) ? sample.routePath : "",
  };
  if (sample.reporter === "source") {
    return {
      ...sample,
      ...told,
      deniedBy,
      sourceWorkload: workload?.workload ?? sample.sourceWorkload,
      sourceWorkloadNamespace: namespace,
      sourceVersion: known(workload?.version ?? sample.sourceVersion),
      sourcePrincipal: principal,
      sourceAddress: "",
    };
  }
  const only = reporter.services?.length === 1 ? reporter.services[0]?.host : undefined;
  const caller = callerOf({ ...sample, sourceApp: "" }, reporter);
  const named = ownService(sample, reporter);
  const answered = reporter.services?.find(({ inboundPort }) => inboundPort === sample.destinationPort);
  return {
    ...sample,
    ...told,
    deniedBy,
    sourceWorkload: caller.sourceWorkload,
    sourceWorkloadNamespace: caller.sourceWorkloadNamespace,
    sourceVersion: known(caller.sourceVersion),
    sourceAddress: known(sample.sourcePrincipal) === UNKNOWN ? addressOf(sample.sourceAddress) : "",
    destinationWorkload: workload?.workload ?? sample.destinationWorkload,
    destinationVersion: workload?.version ?? sample.destinationVersion,
    destinationWorkloadNamespace: namespace,
    destinationPrincipal: principal,
    destinationService: answered?.host ?? (named === UNKNOWN ? (only ?? UNKNOWN) : named),
    destinationPort: answered?.port ?? sample.destinationPort,
    fromGateway: false,
  };
}

function cutTexts(sample: RequestSample): RequestSample {
  const cut = Object.entries(sample).map(([name, value]) => [
    name,
    typeof value === "string" ? plainText(value, TEXT_CHARS_MAX) : value,
  ]);
  return Object.fromEntries(cut) as RequestSample;
}

function known(label: string): string {
  return label === "" ? UNKNOWN : plainText(label, TEXT_CHARS_MAX);
}
