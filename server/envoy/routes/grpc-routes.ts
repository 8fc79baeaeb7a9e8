import { create } from "@bufbuild/protobuf";
import { asBytes, compileRegex } from "#core/schema/compile-regex.ts";
import {
  type HeaderMatcher,
  type Route,
  type RouteAction,
  RouteAction_MaxStreamDurationSchema,
  RouteActionSchema,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { StringMatcher } from "#proto/gen/envoy/type/matcher/v3/string_pb.js";
import { grpcRouteFilters } from "#server/envoy/features/http-filters.ts";
import { BLACK_HOLE } from "#server/envoy/names.ts";

export interface GrpcRouteContext {
  /** Targets under which the routes are called: `host:port`. */
  readonly targets: readonly string[];
  /** Whether there is such a cluster: gRPC clients hold back all routes until they have every cluster of them. */
  readonly isServed: (cluster: string) => boolean;
}

/**
 * A route as gRPC clients read it (gRFC A28, A31, A44); undefined when no gRPC call matches it. What they refuse is left
 * out, what is the same for all of their calls is decided here. A redirect or a direct response they cannot make: such
 * calls fail with UNAVAILABLE. The message is changed in place.
 */
export function adaptRoute(route: Route, context: GrpcRouteContext): Route | undefined {
  const { match } = route;
  // Calls have no query, and clients pass over what asks for one.
  if (match === undefined || match.queryParameters.length > 0) return undefined;
  for (const header of match.headers) {
    const values = pseudoHeader(header.name, context.targets);
    if (values !== undefined && !values.some((value) => matchesHeader(header, value))) return undefined;
  }
  match.headers = match.headers.filter(({ name }) => !name.startsWith(":"));
  route.typedPerFilterConfig = grpcRouteFilters(route.typedPerFilterConfig);
  route.action = {
    case: "route",
    value:
      route.action.case === "route"
        ? adaptAction(route.action.value, context)
        : create(RouteActionSchema, { clusterSpecifier: { case: "cluster", value: BLACK_HOLE } }),
  };
  return route;
}

function adaptAction(action: RouteAction, { isServed }: GrpcRouteContext): RouteAction {
  const { clusterSpecifier, timeout } = action;
  const orNowhere = (cluster: string): string => (isServed(cluster) ? cluster : BLACK_HOLE);
  if (clusterSpecifier.case === "cluster") clusterSpecifier.value = orNowhere(clusterSpecifier.value);
  if (clusterSpecifier.case === "weightedClusters")
    for (const cluster of clusterSpecifier.value.clusters) cluster.name = orNowhere(cluster.name);
  // The field that Envoy takes for a route's timeout says nothing to gRPC.
  if (timeout !== undefined && (timeout.seconds > 0n || timeout.nanos > 0))
    action.maxStreamDuration = create(RouteAction_MaxStreamDurationSchema, { maxStreamDuration: timeout });
  return action;
}

/** What a gRPC call has in a header that is not among its metadata; undefined for metadata. */
function pseudoHeader(name: string, targets: readonly string[]): readonly string[] | undefined {
  if (name === ":method") return ["POST"];
  if (name === ":scheme") return ["http"];
  return name === ":authority" ? targets : undefined;
}

function matchesHeader({ headerMatchSpecifier, invertMatch }: HeaderMatcher, value: string): boolean {
  const found = headerMatchSpecifier.case !== "stringMatch" || matchesString(headerMatchSpecifier.value, value);
  return found !== invertMatch;
}

function matchesString({ matchPattern }: StringMatcher, value: string): boolean {
  switch (matchPattern.case) {
    case "exact":
      return value === matchPattern.value;
    case "prefix":
      return value.startsWith(matchPattern.value);
    case "safeRegex":
      return matchesWhole(matchPattern.value.regex, value);
    default:
      return false;
  }
}

/** A pattern that RE2 refuses matches nothing; validation leaves none. */
function matchesWhole(regex: string, value: string): boolean {
  try {
    return compileRegex(regex).testExact(asBytes(value));
  } catch {
    return false;
  }
}
