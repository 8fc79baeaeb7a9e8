import { create } from "@bufbuild/protobuf";
import { UNKNOWN } from "#core/model/workload-label.ts";
import { plainText } from "#core/plain-text.ts";
import { LE_COUNT, WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { isHistogram } from "#core/telemetry/histogram.ts";
import { isOwnAnswer } from "#core/telemetry/own-answer.ts";
import { redactAlways } from "#core/telemetry/redact-headers.ts";
import { isRefusedBySidecar, withPolicy } from "#core/telemetry/refused-connection.ts";
import { remainderOf } from "#core/telemetry/traffic-key.ts";
import { cleanTags } from "#core/telemetry/written-tags.ts";
import {
  type RequestSample,
  type RequestWindow,
  type TelemetryGap,
  TelemetryGapSchema,
} from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { foldUnknownHost } from "#server/telemetry/ingest/fold-unknown-host.ts";
import {
  canBe,
  durationsOf,
  hasPossibleFigures,
  histogramsOf,
  possibleDuration,
  SHORT_MAX,
} from "#server/telemetry/ingest/possible-figures.ts";
import type { ToldReport } from "#server/telemetry/ingest/read-report.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import { isPossibleSample, plainSample, stampSample } from "#server/telemetry/ingest/stamp-sample.ts";
import { foldShapes, stampShapes } from "#server/telemetry/ingest/stamp-shapes.ts";
import {
  addressOf,
  callerOf,
  grpcStatusOf,
  known,
  ownCounts,
  ownDenial,
  ownService,
  TEXT_CHARS_MAX,
} from "#server/telemetry/ingest/stamped-labels.ts";
import { madeOnce, type ToldWindow } from "#server/telemetry/ingest/told-labels.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";

export interface StampedReport {
  readonly windows: readonly TrafficWindow[];
  readonly samples: readonly RequestSample[];
  readonly gaps: readonly TelemetryGap[];
  /** What was not taken, and why: one sentence each. */
  readonly refused: readonly string[];
}

const UNTIMELY = "windows at a time that cannot be";

/** More than that in a gap is no count: sums of such would be none either. */
const COUNT_MAX = 2 ** 32;
/** An agent sends 120 at most: samples of one reporter must not shorten the life of all others'. */
const SAMPLES_MAX = 500;
/**
 * Takes of a report what its reporter may say: its own end is stamped with its certificate's identity and the
 * registry's labels; a row that names somebody else as its reporting end is refused.
 */
export function stampReport(report: ToldReport, reporter: Reporter, nowMs: number): StampedReport {
  const refused = new Map<string, number>();
  const refuse = (why: string, requests: number): void => void refused.set(why, (refused.get(why) ?? 0) + requests);
  const windows = report.windows.flatMap((window) => {
    const labels = madeOnce(window, reporter.about, reporter.redact, (told) => stampLabels(told, reporter));
    const why = whyRefused(window, labels, nowMs);
    if (why !== undefined) {
      refuse(why, Number(window.count));
      return [];
    }
    const stamped = stampWindow(window, labels);
    return [reporter.workload === undefined ? foldShapes(stamped) : stamped];
  });
  const beyond = report.samples.length - SAMPLES_MAX;
  if (beyond > 0) refuse("samples beyond those of one report", beyond);
  const samples = report.samples.slice(0, SAMPLES_MAX).flatMap((sample) => {
    const taken = takeSample(sample, reporter, nowMs);
    if (typeof taken !== "string") return [taken];
    refuse(taken, 1);
    return [];
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

/** A request as its reporter may tell of it, or why it may not. */
export function takeSample(told: RequestSample, reporter: Reporter, nowMs: number): RequestSample | string {
  const sample = plainSample(told);
  if (!isPossibleSample(sample, nowMs)) return "samples that cannot be";
  const isAnothers = contradicts(
    sample.reporter,
    sample.sourceWorkloadNamespace,
    sample.sourcePrincipal,
    sample.destinationWorkloadNamespace,
    sample.destinationPrincipal,
    reporter,
  );
  return isAnothers
    ? `samples that speak for another than ${reporter.principal}`
    : stampSample(foldUnknownHost(sample, reporter), reporter);
}

/** Requests that were seen, and of which nobody can say when. */
function gapOf({ windows }: Pick<ToldReport, "windows">, requests: number, nowMs: number): TelemetryGap {
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

const IMPOSSIBLE = "windows with figures that cannot be";

function whyRefused(window: ToldWindow, { why }: StampedLabels, nowMs: number): string | undefined {
  if (why !== undefined) return why;
  if (!canBe(Number(window.windowStartMs), nowMs)) return UNTIMELY;
  if (window.durationBuckets.length > LE_COUNT || !histogramsOf(window).every(isHistogram))
    return "windows with unknown buckets";
  return hasPossibleFigures(window) ? undefined : IMPOSSIBLE;
}

function whyRefusedAtAll(labels: RequestWindow, reporter: Reporter): string | undefined {
  const {
    reporter: side,
    sourceWorkloadNamespace,
    sourcePrincipal,
    destinationWorkloadNamespace,
    destinationPrincipal,
  } = labels;
  if (side !== "source" && side !== "destination" && side !== "mirror")
    return `windows of the unknown reporter ${JSON.stringify(side.slice(0, 40))}`;
  if (labels.destinationPort > SHORT_MAX || labels.responseCode > SHORT_MAX) return IMPOSSIBLE;
  const isOthers = contradicts(
    side,
    sourceWorkloadNamespace,
    sourcePrincipal,
    destinationWorkloadNamespace,
    destinationPrincipal,
    reporter,
  );
  return isOthers ? `windows that speak for another than ${reporter.principal}` : undefined;
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

/** Labels of windows as their reporter may tell them, and why it may not. */
interface StampedLabels {
  readonly why: string | undefined;
  readonly key: TrafficKey;
  readonly isTcp: boolean;
}

function stampLabels(told: RequestWindow, reporter: Reporter): StampedLabels {
  const window = foldUnknownHost(told, reporter);
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
    grpcStatus: grpcStatusOf(window.grpcResponseStatus),
    responseFlags: /^[A-Za-z_,]{1,200}$/.test(window.responseFlags) ? window.responseFlags : "-",
    security:
      window.connectionSecurityPolicy === "mutual_tls" || window.connectionSecurityPolicy === "none"
        ? window.connectionSecurityPolicy
        : "unknown",
    deniedBy: deniedBy(window, reporter),
    fromGateway: isSource && window.fromGateway,
    limitedBy: ownCounts(window.limitedBy, reporter),
    tags: cleanTags(window.tags, reporter.redact ?? redactAlways),
    sourceAddress: isSource || known(window.sourcePrincipal) !== UNKNOWN ? "" : addressOf(window.sourceAddress),
  };
  return {
    why: whyRefusedAtAll(window, reporter),
    key: reporter.workload === undefined ? remainderOf(key, "unregistered") : key,
    isTcp: window.requestProtocol === "tcp",
  };
}

function stampWindow(window: ToldWindow, { key, isTcp }: StampedLabels): TrafficWindow {
  const startMs = Number(window.windowStartMs);
  return {
    startMs: startMs - (startMs % WINDOW_MS),
    key,
    count: Number(window.count),
    requestBytes: Number(window.requestBytes),
    responseBytes: Number(window.responseBytes),
    durationSumMs: possibleDuration(window),
    opened: isTcp ? window.opened : 0,
    durations: durationsOf(window),
    requestSizes: window.requestSizes,
    responseSizes: window.responseSizes,
    shapes: isTcp ? [] : stampShapes(window),
  };
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
