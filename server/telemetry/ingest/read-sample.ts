import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RequestSample } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** A stamped sample as it is stored; what refused stays as Envoy names it. */
export function readSample(sample: RequestSample): RequestRecord {
  return {
    startMs: Number(sample.startMs),
    reporter: sample.reporter === "source" ? "source" : "destination",
    durationMs: sample.durationMs,
    method: sample.method,
    path: sample.path,
    authority: sample.authority,
    responseCode: sample.responseCode,
    responseFlags: sample.responseFlags,
    responseCodeDetails: sample.responseCodeDetails,
    traceId: sample.traceId || null,
    requestId: sample.requestId || null,
    sourceWorkload: sample.sourceWorkload,
    sourceNamespace: sample.sourceWorkloadNamespace,
    sourcePrincipal: sample.sourcePrincipal || null,
    destinationService: sample.destinationService,
    destinationWorkload: sample.destinationWorkload,
    destinationNamespace: sample.destinationWorkloadNamespace,
    destinationVersion: sample.destinationVersion,
    routeName: sample.routeName || null,
    deniedBy: sample.deniedBy || null,
  };
}
