import type { Any } from "@bufbuild/protobuf/wkt";
import type { RouteFault } from "#core/resolve/route-rule.ts";
import { HTTPFaultSchema } from "#proto/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { duration, pack, typed } from "#server/envoy/pack.ts";
import { buildPercent } from "#server/envoy/routes/build-percent.ts";

const NAME = "envoy.filters.http.fault";
const FILTER = typed(NAME, HTTPFaultSchema, {});

const GRPC_STATUS = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

function buildFault(fault: RouteFault): Any {
  const { delay, abort } = fault;
  const grpc = abort?.grpcStatus === undefined ? -1 : GRPC_STATUS.indexOf(abort.grpcStatus);
  return pack(HTTPFaultSchema, {
    ...(delay?.fixedDelay === undefined
      ? {}
      : {
          delay: {
            faultDelaySecifier: { case: "fixedDelay", value: duration(delay.fixedDelay) },
            percentage: buildPercent(
              delay.percentage ?? (delay.percent === undefined ? undefined : { value: delay.percent }),
              0,
            ),
          },
        }),
    ...(abort === undefined
      ? {}
      : {
          abort: {
            errorType:
              grpc >= 0 ? { case: "grpcStatus", value: grpc } : { case: "httpStatus", value: abort.httpStatus ?? 503 },
            percentage: buildPercent(abort.percentage, 0),
          },
        }),
  });
}

/** Delays and aborts, at the caller. */
export const fault: HttpFilter = {
  name: NAME,
  phase: "traffic",
  inListener: (direction) => (direction === "inbound" ? undefined : { ...FILTER, disabled: true }),
  onRoute: (route) => (route.fault === undefined ? undefined : buildFault(route.fault)),
  inGrpc: { ...FILTER, isOptional: true },
};
