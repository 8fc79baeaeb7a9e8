import type { Any } from "@bufbuild/protobuf/wkt";
import type { Authorizer } from "#core/resolve/authorizers.ts";
import type { LogDirection } from "#core/telemetry/access-log.ts";
import type { Origin } from "#core/xds/layer.ts";
import type { MetadataSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { RouteSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { HttpFilterSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { cors } from "#server/envoy/features/cors.ts";
import { dynamicForwardProxy } from "#server/envoy/features/dynamic-forward-proxy.ts";
import { externalAuthorization } from "#server/envoy/features/external-authorization.ts";
import { fault } from "#server/envoy/features/fault.ts";
import { grpcWeb } from "#server/envoy/features/grpc-web.ts";
import type { HttpGuard } from "#server/envoy/features/guard.ts";
import { type HttpFilter, type ListenerInput, PHASES, type RouteInput } from "#server/envoy/features/http-filter.ts";
import { jwt } from "#server/envoy/features/jwt.ts";
import { peer } from "#server/envoy/features/peer.ts";
import { limitFilters, limitsMetadata, rateLimits } from "#server/envoy/features/rate-limits.ts";
import { rbac } from "#server/envoy/features/rbac.ts";
import { RBAC_ACTIONS } from "#server/envoy/features/rbac-input.ts";
import { router } from "#server/envoy/features/router.ts";
import { tap } from "#server/envoy/features/tap.ts";
import { traceContext } from "#server/envoy/features/trace-context.ts";
import type { Init } from "#server/envoy/pack.ts";

type ListenerFilter = Init<typeof HttpFilterSchema>;

/** All there are; within a phase in this order. Listeners, routes and gRPC clients read this list and no other. */
const FILTERS: readonly HttpFilter[] = [
  tap,
  traceContext,
  peer,
  jwt,
  ...RBAC_ACTIONS.map(rbac),
  ...rateLimits,
  grpcWeb,
  fault,
  cors,
  dynamicForwardProxy,
  router,
].sort(byPhase);

function byPhase(a: HttpFilter, b: HttpFilter): number {
  return PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase);
}

/** The same with those that have somebody asked. */
function filtersFor(authorizers: readonly Authorizer[]): readonly HttpFilter[] {
  if (authorizers.length === 0) return FILTERS;
  return [...FILTERS, ...authorizers.flatMap(externalAuthorization)].sort(byPhase);
}

const PHASE_OF: ReadonlyMap<string, HttpFilter["phase"]> = new Map(FILTERS.map(({ name, phase }) => [name, phase]));

/** Where one of these stands; undefined: it is none. */
export function phaseOfFilter(name: string): HttpFilter["phase"] | undefined {
  return PHASE_OF.get(name);
}

/** The chain of a listener's HTTP connection manager. */
export function listenerFilters(
  direction: LogDirection,
  input: ListenerInput,
  authorizers: readonly Authorizer[] = [],
): ListenerFilter[] {
  return filtersFor(authorizers).flatMap(({ inListener }) => inListener(direction, input) ?? []);
}

/** The chain of a listener of applications that read xDS themselves. */
export function grpcFilters(): ListenerFilter[] {
  return FILTERS.flatMap(({ inGrpc }) => inGrpc ?? []);
}

/** `typedPerFilterConfig` of a route; empty where it asks nothing of any filter. */
export function routeFilters({ fault, corsPolicy }: RouteInput): Record<string, Any> {
  const route: RouteInput = {
    ...(fault === undefined ? {} : { fault }),
    ...(corsPolicy === undefined ? {} : { corsPolicy }),
  };
  return perFilter(({ onRoute }) => onRoute?.(route));
}

/** `typedPerFilterConfig` of a whole route configuration, for who guards the workload. */
export function guardFilters(guard: HttpGuard): Record<string, Any> {
  return perFilter(({ onRoutes }) => onRoutes?.(guard), filtersFor(guard.authorizers));
}

/** A route with limits of its own, beside those of its whole configuration. */
export function limitRoute(
  route: Init<typeof RouteSchema>,
  limits: HttpGuard["limits"],
  guard: HttpGuard,
): Init<typeof RouteSchema> {
  if (limits.length === guard.limits.length) return route;
  return { ...route, typedPerFilterConfig: { ...route.typedPerFilterConfig, ...limitFilters(limits, guard) } };
}

/** What a whole route configuration says to the proxy's agent; empty where that is nothing. */
export function guardMetadata(
  guard: HttpGuard,
  ofRoutes: readonly HttpGuard["limits"][] = [],
): { metadata?: Init<typeof MetadataSchema> } {
  const metadata = limitsMetadata(guard, ofRoutes);
  return metadata === undefined ? {} : { metadata };
}

/** What the two follow from. */
export function guardOrigins({ policies, limits }: HttpGuard): Origin[] {
  return [...new Set([...policies, ...limits].map(({ ref }) => ref))].map((resource) => ({ resource }));
}

/** What of `typedPerFilterConfig` gRPC clients have a filter for. */
export function grpcRouteFilters(all: Record<string, Any>): Record<string, Any> {
  return Object.fromEntries(
    FILTERS.flatMap(({ name, inGrpc }) => {
      const config = all[name];
      return inGrpc === undefined || config === undefined ? [] : [[name, config]];
    }),
  );
}

function perFilter(
  configure: (filter: HttpFilter) => Any | undefined,
  filters: readonly HttpFilter[] = FILTERS,
): Record<string, Any> {
  return Object.fromEntries(
    filters.flatMap((filter) => {
      const config = configure(filter);
      return config === undefined ? [] : [[filter.name, config]];
    }),
  );
}
