import { PERCENT } from "#core/kinds/virtual-service/percent.ts";
import type { Infer } from "#core/schema/field.ts";
import { becomes, described, explicit, integer, message, refused, required, string } from "#core/schema/make-field.ts";

/** A percentage that is not set means 0 %, as in Istio. */
export const HTTP_FAULT = message({
  delay: message({
    fixedDelay: becomes("FaultDelay.fixed_delay", required(string("duration"))),
    exponentialDelay: refused("Istio refuses it too; use fixedDelay", "no-effect"),
    percent: described(integer(0, 100), {
      envoy: "FaultDelay.percentage",
      unit: "percent",
      doc: "As percentage.value, which is newer and wins",
    }),
    percentage: becomes("FaultDelay.percentage", PERCENT),
  }),
  abort: message(
    {
      httpStatus: becomes("FaultAbort.http_status", explicit(integer(200, 599))),
      grpcStatus: becomes("FaultAbort.grpc_status", explicit(string("grpc-status"))),
      http2Error: refused("Istio refuses it too; use httpStatus or grpcStatus", "no-effect"),
      percentage: becomes("FaultAbort.percentage", PERCENT),
    },
    { exactlyOneOf: ["httpStatus", "grpcStatus", "http2Error"] },
  ),
});
export type HttpFault = Infer<typeof HTTP_FAULT>;
