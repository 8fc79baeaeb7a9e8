import { create } from "@bufbuild/protobuf";
import { textOf, traceIdOf, wholeOf } from "#core/telemetry/access-entry.ts";
import { parseClusterName } from "#core/telemetry/cluster-name.ts";
import { wireOfKey } from "#core/telemetry/traffic-key.ts";
import type { SeenRequest } from "#mesh-agent/telemetry/seen-request.ts";
import { type RequestSample, RequestSampleSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** Of what callers choose: lines may hold sixty kilobytes of it. */
const TEXT_CHARS_MAX = 500;
const UINT32_MAX = 2 ** 32 - 1;

/** A request as it is handed over. `weight`: how many it stands for. */
export function describeSample({ entry, labels, shape, isSlow }: SeenRequest, weight: number): RequestSample {
  return create(RequestSampleSchema, {
    // Those that a sample has; what its line says itself takes their place.
    ...wireOfKey(labels),
    startMs: BigInt(wholeOf(entry.t)),
    durationMs: wholeOf(entry.d, UINT32_MAX),
    method: shortOf(entry.m),
    // Queries hold secrets more often than answers.
    path: (textOf(entry.p).split("?")[0] ?? "").slice(0, TEXT_CHARS_MAX),
    pathTemplate: shape.pathTemplate,
    authority: shortOf(entry.a),
    responseCode: wholeOf(entry.c, UINT32_MAX),
    responseFlags: shortOf(entry.f) || "-",
    responseCodeDetails: shortOf(entry.cd),
    traceId: shortOf(traceIdOf(entry)),
    requestId: shortOf(entry.ri),
    subset: parseClusterName(textOf(entry.uc))?.subset ?? "",
    routeName: shortOf(entry.rn),
    routeResource: shortOf(entry.vs),
    routePath: shortOf(entry.vp),
    upstreamHost: shortOf(entry.uh),
    upstreamFailure: shortOf(entry.uf),
    attempts: wholeOf(entry.n, UINT32_MAX),
    requestBytes: BigInt(wholeOf(entry.bi)),
    responseBytes: BigInt(wholeOf(entry.bo)),
    isSlow,
    weight,
  });
}

function shortOf(value: unknown): string {
  return textOf(value).slice(0, TEXT_CHARS_MAX);
}
