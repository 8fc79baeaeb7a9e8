import { createHash } from "node:crypto";
import { nameDenial } from "#core/telemetry/denied-by.ts";
import { classOfRequest } from "#core/telemetry/request-class.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RequestSample } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** Of a report: what names the same sample when it is sent again, and the configuration's revision at a time. */
export interface SampleOrigin {
  readonly report: string;
  readonly revisionAt: (atMs: number) => number | null;
}

/** A stamped sample as it is stored. */
export function readSample(sample: RequestSample, index: number, { report, revisionAt }: SampleOrigin): RequestRecord {
  const { responseCode, grpcResponseStatus: grpcStatus, isSlow, deniedBy } = sample;
  const startMs = Number(sample.startMs);
  return {
    id: createHash("sha256").update(`${report} ${index}`).digest("hex").slice(0, 20),
    startMs,
    reporter: sample.reporter === "source" ? "source" : "destination",
    class: classOfRequest({ responseCode, grpcStatus, deniedBy, isSlow }),
    durationMs: sample.durationMs,
    method: sample.method,
    path: sample.path,
    pathTemplate: sample.pathTemplate,
    authority: sample.authority,
    protocol: sample.requestProtocol === "grpc" ? "grpc" : "http",
    responseCode,
    grpcStatus,
    responseFlags: sample.responseFlags,
    responseCodeDetails: sample.responseCodeDetails,
    requestBytes: Number(sample.requestBytes),
    responseBytes: Number(sample.responseBytes),
    traceId: sample.traceId || null,
    requestId: sample.requestId || null,
    sourceWorkload: sample.sourceWorkload,
    sourceNamespace: sample.sourceWorkloadNamespace,
    sourceVersion: sample.sourceVersion,
    sourcePrincipal: sample.sourcePrincipal || null,
    sourceAddress: sample.sourceAddress,
    destinationService: sample.destinationService,
    destinationPort: sample.destinationPort,
    destinationWorkload: sample.destinationWorkload,
    destinationNamespace: sample.destinationWorkloadNamespace,
    destinationVersion: sample.destinationVersion,
    destinationPrincipal: sample.destinationPrincipal || null,
    security: sample.connectionSecurityPolicy || "unknown",
    subset: sample.subset || null,
    routeName: sample.routeName || null,
    routeResource: sample.routeResource || null,
    routePath: sample.routePath || null,
    upstreamHost: sample.upstreamHost || null,
    upstreamFailure: sample.upstreamFailure || null,
    attempts: sample.attempts,
    deniedBy: deniedBy || null,
    policy: deniedBy === "" ? null : nameDenial(deniedBy),
    fromGateway: sample.fromGateway,
    weight: Math.max(1, sample.weight),
    revision: revisionAt(startMs),
  };
}
