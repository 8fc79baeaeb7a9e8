import type { Any } from "@bufbuild/protobuf/wkt";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import type { LogDirection } from "#core/telemetry/access-log.ts";
import type { HttpFilterSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { Guard } from "#server/envoy/features/guard.ts";
import type { TokenRule } from "#server/envoy/features/token-rule.ts";
import type { Init } from "#server/envoy/pack.ts";

/** In the order in which a request meets them. */
export const PHASES = ["identity", "authentication", "authorization", "limits", "traffic", "router"] as const;

/** All that filters see of a route: what it carries for them follows from nothing else. */
export type RouteInput = Pick<HttpRoute, "fault" | "corsPolicy">;

/**
 * One HTTP filter: where it stands and what configures it. What only some routes ask for is `disabled` in the listener and
 * switched on by those: a filter in the chain costs every request, and a change of a listener ends its connections.
 */
export interface HttpFilter {
  readonly name: string;
  readonly phase: (typeof PHASES)[number];
  /** What a listener of this direction, in front of who checks these tokens, carries; undefined: it is not in its chain. */
  readonly inListener: (
    direction: LogDirection,
    tokens: readonly TokenRule[],
  ) => Init<typeof HttpFilterSchema> | undefined;
  /** What a route carries for it; undefined: nothing. */
  readonly onRoute?: (route: RouteInput) => Any | undefined;
  /** What a whole route configuration carries for it, where workloads are guarded. */
  readonly onRoutes?: (guard: Guard) => Any | undefined;
  /** What applications that read xDS themselves carry; absent: they know no such filter. */
  readonly inGrpc?: Init<typeof HttpFilterSchema>;
}
