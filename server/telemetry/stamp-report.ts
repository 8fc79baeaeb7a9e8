import { BUCKET_COUNT, WINDOW_MS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/traffic.ts";
import { UNKNOWN } from "#core/telemetry/workload-label.ts";
import type { ReportRequest, RequestSample, RequestWindow, TelemetryGap } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import type { Reporter } from "#server/telemetry/store.ts";

/** A window whose reporter's end was written from its certificate. */
export interface StampedWindow {
  readonly startMs: number;
  readonly key: TrafficKey;
  readonly count: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationSumMs: number;
  readonly buckets: readonly number[];
}

export interface StampedReport {
  readonly windows: readonly StampedWindow[];
  readonly samples: readonly RequestSample[];
  readonly gaps: readonly TelemetryGap[];
  /** What was not taken, and why: one sentence each. */
  readonly refused: readonly string[];
}

/** Windows further from now than this are a broken clock, not telemetry. */
const PAST_MS_MAX = 31 * 24 * 3600 * 1000;
const FUTURE_MS_MAX = 5 * 60 * 1000;

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
    return [stampWindow(window, reporter)];
  });
  const samples = report.samples.flatMap((sample) => {
    if (
      contradicts(
        sample.reporter,
        sample.sourceWorkloadNamespace,
        sample.sourcePrincipal,
        sample.destinationWorkloadNamespace,
        "",
        reporter,
      )
    ) {
      refuse(`samples that speak for another than ${reporter.principal}`, 1);
      return [];
    }
    return [stampSample(sample, reporter)];
  });
  return {
    windows,
    samples,
    gaps: report.gaps,
    refused: [...refused].map(([why, requests]) => `${why}: ${requests} requests`),
  };
}

function whyRefused(window: RequestWindow, reporter: Reporter, nowMs: number): string | undefined {
  const {
    reporter: side,
    sourceWorkloadNamespace,
    sourcePrincipal,
    destinationWorkloadNamespace,
    destinationPrincipal,
  } = window;
  if (side !== "source" && side !== "destination")
    return `windows of the unknown reporter ${JSON.stringify(side.slice(0, 40))}`;
  const startMs = Number(window.windowStartMs);
  if (startMs < nowMs - PAST_MS_MAX || startMs > nowMs + FUTURE_MS_MAX) return "windows at a time that cannot be";
  if (window.durationBuckets.length > BUCKET_COUNT) return "windows with unknown latency buckets";
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

function stampWindow(window: RequestWindow, reporter: Reporter): StampedWindow {
  const isSource = window.reporter === "source";
  const { workload } = reporter;
  const answered = isSource
    ? undefined
    : reporter.services?.find(({ inboundPort }) => inboundPort === window.destinationPort);
  const key: TrafficKey = {
    reporter: isSource ? "source" : "destination",
    sourceWorkload: known((isSource ? workload?.workload : undefined) ?? window.sourceWorkload),
    sourceNamespace: isSource ? reporter.namespace : known(window.sourceWorkloadNamespace),
    sourceApp: known((isSource ? workload?.app : undefined) ?? window.sourceApp),
    sourceVersion: known((isSource ? workload?.version : undefined) ?? window.sourceVersion),
    sourcePrincipal: isSource ? reporter.principal : known(window.sourcePrincipal),
    destinationWorkload: known((isSource ? undefined : workload?.workload) ?? window.destinationWorkload),
    destinationNamespace: isSource ? known(window.destinationWorkloadNamespace) : reporter.namespace,
    destinationApp: known((isSource ? undefined : workload?.app) ?? window.destinationApp),
    destinationVersion: known((isSource ? undefined : workload?.version) ?? window.destinationVersion),
    destinationPrincipal: isSource ? known(window.destinationPrincipal) : reporter.principal,
    destinationService: answered?.host ?? known(window.destinationService),
    destinationPort: answered?.port ?? window.destinationPort,
    protocol: window.requestProtocol === "grpc" || window.requestProtocol === "tcp" ? window.requestProtocol : "http",
    responseCode: window.responseCode,
    grpcStatus: window.grpcResponseStatus,
    responseFlags: window.responseFlags === "" ? "-" : window.responseFlags,
    security:
      window.connectionSecurityPolicy === "mutual_tls" || window.connectionSecurityPolicy === "none"
        ? window.connectionSecurityPolicy
        : "unknown",
    deniedBy: window.deniedBy,
    fromGateway: isSource && window.fromGateway,
  };
  const startMs = Number(window.windowStartMs);
  return {
    startMs: startMs - (startMs % WINDOW_MS),
    key,
    count: Number(window.count),
    requestBytes: Number(window.requestBytes),
    responseBytes: Number(window.responseBytes),
    durationSumMs: window.durationSumMs,
    buckets: window.durationBuckets,
  };
}

function stampSample(sample: RequestSample, reporter: Reporter): RequestSample {
  const { workload, namespace, principal } = reporter;
  if (sample.reporter === "source") {
    return {
      ...sample,
      sourceWorkload: workload?.workload ?? sample.sourceWorkload,
      sourceWorkloadNamespace: namespace,
      sourcePrincipal: principal,
    };
  }
  const only = reporter.services?.length === 1 ? reporter.services[0]?.host : undefined;
  const isUnnamed = sample.destinationService === "" || sample.destinationService === UNKNOWN;
  return {
    ...sample,
    destinationWorkload: workload?.workload ?? sample.destinationWorkload,
    destinationVersion: workload?.version ?? sample.destinationVersion,
    destinationWorkloadNamespace: namespace,
    destinationService: isUnnamed ? (only ?? sample.destinationService) : sample.destinationService,
  };
}

function known(label: string): string {
  return label === "" ? UNKNOWN : label;
}
