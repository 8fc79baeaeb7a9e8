import { UNKNOWN } from "#core/model/workload-label.ts";
import { numberOf, textOf, traceIdOf, wholeOf } from "#core/telemetry/access-entry.ts";
import { parseClusterName } from "#core/telemetry/cluster-name.ts";
import type { KnownRequest } from "#core/telemetry/match-request.ts";
import { classOfRequest } from "#core/telemetry/request-class.ts";
import type { SeenRequest } from "#mesh-agent/telemetry/seen-request.ts";

/**
 * What of a request the control plane will take as this agent tells it, as far as filters ask for it. Whom it believes of the ends, and
 * which policy refused, it decides itself.
 */
export function knownRequest({ entry, labels, shape, isSlow }: SeenRequest): KnownRequest {
  const isCaller = labels.reporter === "source";
  const { deniedBy, grpcStatus } = labels;
  const responseCode = wholeOf(entry.c);
  return {
    reporter: isCaller ? "source" : "destination",
    method: textOf(entry.m),
    path: textOf(entry.p).split("?")[0] ?? "",
    pathTemplate: shape.pathTemplate,
    authority: textOf(entry.a),
    protocol: labels.protocol === "grpc" ? "grpc" : "http",
    responseCode,
    grpcStatus,
    responseFlags: labels.responseFlags,
    responseCodeDetails: textOf(entry.cd),
    durationMs: numberOf(entry.d),
    requestBytes: wholeOf(entry.bi),
    responseBytes: wholeOf(entry.bo),
    traceId: traceIdOf(entry) || null,
    requestId: textOf(entry.ri) || null,
    subset: parseClusterName(textOf(entry.uc))?.subset || null,
    routeName: textOf(entry.rn) || null,
    upstreamHost: textOf(entry.uh) || null,
    upstreamFailure: textOf(entry.uf) || null,
    attempts: wholeOf(entry.n),
    security: labels.security,
    sourceWorkload: labels.sourceWorkload,
    sourceNamespace: labels.sourceNamespace,
    sourceVersion: labels.sourceVersion,
    sourcePrincipal: labels.sourcePrincipal,
    ...(deniedBy === "" ? { policy: null, class: classOfRequest({ responseCode, grpcStatus, deniedBy, isSlow }) } : {}),
    ...(isCaller
      ? {
          sourceAddress: "",
          destinationService: labels.destinationService,
          destinationPort: labels.destinationPort,
          destinationWorkload: labels.destinationWorkload,
          destinationNamespace: labels.destinationNamespace,
          destinationVersion: labels.destinationVersion,
          destinationPrincipal: labels.destinationPrincipal,
        }
      : {}),
  };
}

/** The same where the caller is not believed to be the workload that it says it is. */
export function withoutCaller(known: KnownRequest): KnownRequest {
  return { ...known, sourceWorkload: UNKNOWN, sourceNamespace: undefined, sourceVersion: UNKNOWN };
}
