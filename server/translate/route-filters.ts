import type { Any } from "@bufbuild/protobuf/wkt";
import type { HttpFault } from "#core/kinds/virtual-service/http-fault.ts";
import type { CorsPolicy } from "#core/kinds/virtual-service/http-route.ts";
import type { Percent } from "#core/kinds/virtual-service/percent.ts";
import { CorsPolicySchema } from "#proto/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js";
import { HTTPFaultSchema } from "#proto/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js";
import {
  FractionalPercent_DenominatorType,
  type FractionalPercentSchema,
} from "#proto/gen/envoy/type/v3/percent_pb.js";
import { buildStringMatcher } from "#server/translate/build-match.ts";
import { duration, type Init, pack } from "#server/translate/pack.ts";

export const CORS_FILTER = "envoy.filters.http.cors";
export const FAULT_FILTER = "envoy.filters.http.fault";

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

/** Parts of a million: percentages have up to four decimals. */
export function buildPercent(percent: Percent | undefined, whenUnset: number): Init<typeof FractionalPercentSchema> {
  return {
    numerator: Math.round((percent?.value ?? whenUnset) * 10_000),
    denominator: FractionalPercent_DenominatorType.MILLION,
  };
}

function buildFault(fault: HttpFault): Any {
  const { delay, abort } = fault;
  const grpc = abort?.grpcStatus === undefined ? -1 : GRPC_STATUS.indexOf(abort.grpcStatus);
  return pack(HTTPFaultSchema, {
    ...(delay?.fixedDelay === undefined
      ? {}
      : {
          delay: {
            faultDelaySecifier: { case: "fixedDelay", value: duration(delay.fixedDelay) },
            percentage: buildPercent(delay.percentage, 0),
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

function buildCors(cors: CorsPolicy): Any {
  return pack(CorsPolicySchema, {
    allowOriginStringMatch: (cors.allowOrigins ?? []).map(buildStringMatcher),
    allowMethods: (cors.allowMethods ?? []).join(","),
    allowHeaders: (cors.allowHeaders ?? []).join(","),
    exposeHeaders: (cors.exposeHeaders ?? []).join(","),
    ...(cors.maxAge === undefined ? {} : { maxAge: String(duration(cors.maxAge).seconds) }),
    ...(cors.allowCredentials === undefined ? {} : { allowCredentials: cors.allowCredentials }),
    ...(cors.unmatchedPreflights === "IGNORE" ? { forwardNotMatchingPreflights: false } : {}),
    filterEnabled: { defaultValue: buildPercent(undefined, 100) },
  });
}

/** What a route configures of the filters before it. */
export function buildRouteFilters(fault: HttpFault | undefined, cors: CorsPolicy | undefined): Record<string, Any> {
  return {
    ...(fault === undefined ? {} : { [FAULT_FILTER]: buildFault(fault) }),
    ...(cors === undefined ? {} : { [CORS_FILTER]: buildCors(cors) }),
  };
}
