import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import type { TcpRoute } from "#core/kinds/virtual-service/tcp-route.ts";

/** networking.istio.io VirtualService. Durations are strings ("5s"); see `parseDurationMs`. */
export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  /** `mesh` when absent. */
  readonly gateways?: readonly string[];
  readonly exportTo?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tcp?: readonly TcpRoute[];
}
