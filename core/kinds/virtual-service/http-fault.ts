import type { Percent } from "#core/kinds/virtual-service/percent.ts";

/** An unset percentage means 0 %, as in Istio. */
export interface HttpFault {
  readonly delay?: { readonly fixedDelay?: string; readonly percentage?: Percent };
  readonly abort?: {
    readonly httpStatus?: number;
    /** By name: "UNAVAILABLE". */
    readonly grpcStatus?: string;
    readonly percentage?: Percent;
  };
}
