import { UNKNOWN } from "#core/model/workload-label.ts";
import { plainText } from "#core/plain-text.ts";
import { isTraceId } from "#core/telemetry/trace-id.ts";
import { remainderOfWire } from "#core/telemetry/traffic-key.ts";
import type { RequestSample } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { canBe, SHORT_MAX } from "#server/telemetry/ingest/possible-figures.ts";
import { RATE_MAX } from "#server/telemetry/ingest/rate-book.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";
import {
  addressOf,
  callerOf,
  grpcStatusOf,
  known,
  ownDenial,
  ownService,
  TEXT_CHARS_MAX,
} from "#server/telemetry/ingest/stamped-labels.ts";

/** Of weights: what a proxy has in the longest time between two reports. */
const WEIGHT_MAX = RATE_MAX * 60;
/** What routes of the mesh are written in. */
const ROUTE_RESOURCE = /^(?:VirtualService|HTTPRoute|GRPCRoute)\/[a-z0-9.-]{1,253}\/[a-z0-9.-]{1,253}$/;
const ROUTE_PATH = /^spec(?:\.[A-Za-z]{1,40}|\[\d{1,5}\]){1,10}$/;

/**
 * The same as an object of one shape. A message is filled field by field, by name: V8 keeps that as a table, of which each copy costs as much as
 * storing the request.
 */
export function plainSample(sample: RequestSample): RequestSample {
  return {
    $typeName: sample.$typeName,
    startMs: sample.startMs,
    reporter: sample.reporter,
    durationMs: sample.durationMs,
    method: sample.method,
    path: sample.path,
    authority: sample.authority,
    responseCode: sample.responseCode,
    responseFlags: sample.responseFlags,
    responseCodeDetails: sample.responseCodeDetails,
    traceId: sample.traceId,
    requestId: sample.requestId,
    sourceWorkload: sample.sourceWorkload,
    sourceWorkloadNamespace: sample.sourceWorkloadNamespace,
    sourcePrincipal: sample.sourcePrincipal,
    destinationService: sample.destinationService,
    destinationWorkload: sample.destinationWorkload,
    destinationWorkloadNamespace: sample.destinationWorkloadNamespace,
    destinationVersion: sample.destinationVersion,
    routeName: sample.routeName,
    upstreamHost: sample.upstreamHost,
    deniedBy: sample.deniedBy,
    requestBytes: sample.requestBytes,
    responseBytes: sample.responseBytes,
    requestProtocol: sample.requestProtocol,
    connectionSecurityPolicy: sample.connectionSecurityPolicy,
    pathTemplate: sample.pathTemplate,
    destinationPort: sample.destinationPort,
    destinationPrincipal: sample.destinationPrincipal,
    sourceVersion: sample.sourceVersion,
    grpcResponseStatus: sample.grpcResponseStatus,
    subset: sample.subset,
    upstreamFailure: sample.upstreamFailure,
    routeResource: sample.routeResource,
    routePath: sample.routePath,
    attempts: sample.attempts,
    sourceAddress: sample.sourceAddress,
    fromGateway: sample.fromGateway,
    isSlow: sample.isSlow,
    weight: sample.weight,
  };
}

/** A sample as its reporter may tell it; of one that is not registered, what is left of it. */
export function stampSample(sample: RequestSample, reporter: Reporter): RequestSample {
  const stamped = stampEnds(cutTexts(sample), reporter);
  return reporter.workload === undefined ? unplacedSample(stamped) : stamped;
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

export function isPossibleSample(sample: RequestSample, nowMs: number): boolean {
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

function stampEnds(sample: RequestSample, reporter: Reporter): RequestSample {
  const { workload, namespace, principal } = reporter;
  const deniedBy = ownDenial(sample.deniedBy, reporter);
  const told = {
    traceId: isTraceId(sample.traceId) ? sample.traceId : "",
    grpcResponseStatus: grpcStatusOf(sample.grpcResponseStatus),
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

/** Nearly all are fit as they are. */
function cutTexts(sample: RequestSample): RequestSample {
  let cut = sample;
  for (const name of Object.keys(sample) as (keyof RequestSample)[]) {
    const value = sample[name];
    if (typeof value !== "string") continue;
    const plain = plainText(value, TEXT_CHARS_MAX);
    if (plain !== value) cut = { ...cut, [name]: plain };
  }
  return cut;
}
