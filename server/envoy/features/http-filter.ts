import type { Any } from "@bufbuild/protobuf/wkt";
import type { RouteRule } from "#core/resolve/route-rule.ts";
import type { LogDirection } from "#core/telemetry/access-log.ts";
import type { HttpFilterSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { CheckedTokens } from "#server/envoy/features/checked-tokens.ts";
import type { HttpGuard } from "#server/envoy/features/guard.ts";
import type { Init } from "#server/envoy/pack.ts";

/** In the order in which a request meets them, which is Istio's: external authorizers are asked before tokens are looked at. */
export const PHASES = [
  "tap",
  "identity",
  "asking",
  "authentication",
  "authorization",
  "limits",
  "traffic",
  "router",
] as const;

/** All that filters see of a route: what it carries for them follows from nothing else. */
export type RouteInput = Pick<RouteRule, "fault" | "corsPolicy">;

/** What routes ask of the filters of their listener. */
export interface RouteNeeds {
  /** gRPC-Web is translated for whoever takes gRPC. */
  readonly takesGrpcWeb: boolean;
  /** Some lead to whichever host a request names. */
  readonly looksUpHosts: boolean;
}

/** All that filters see of a listener beside its direction. */
export interface ListenerInput extends RouteNeeds {
  /** Checked in front of whom it is. */
  readonly tokens: readonly CheckedTokens[];
  /** An agent is beside the proxy, and has an admin interface to ask it by. */
  readonly hasAgent: boolean;
  /** Nothing is told of Envoy in headers. */
  readonly isEnvoyHidden: boolean;
  /** Requests get their spans without a tracer: by which script, and how many percent where nobody has decided. */
  readonly spans?: { readonly script: string; readonly percent: number } | undefined;
}

/**
 * One HTTP filter: where it stands and what configures it. What only some routes ask for is `disabled` in the listener and
 * switched on by those: a filter in the chain costs every request, and a change of a listener ends its connections.
 */
export interface HttpFilter {
  readonly name: string;
  readonly phase: (typeof PHASES)[number];
  /** What a listener of this direction carries; undefined: it is not in its chain. */
  readonly inListener: (direction: LogDirection, input: ListenerInput) => Init<typeof HttpFilterSchema> | undefined;
  /** What a route carries for it; undefined: nothing. */
  readonly onRoute?: (route: RouteInput) => Any | undefined;
  /** What a whole route configuration carries for it, where workloads are guarded. */
  readonly onRoutes?: (guard: HttpGuard) => Any | undefined;
  /** What applications that read xDS themselves carry; absent: they know no such filter. */
  readonly inGrpc?: Init<typeof HttpFilterSchema>;
}
