import { readHeaderOperations } from "#core/simulate/read/header-operations.ts";
import { readPerFilter } from "#core/simulate/read/per-filter.ts";
import { readAction } from "#core/simulate/read/route-action.ts";
import { readRouteMatch } from "#core/simulate/read/route-match.ts";
import type { Route } from "#core/simulate/route.ts";
import type { Metadata } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { Route as RouteMessage } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";

export function readRoute(route: RouteMessage, index: number): Route {
  const { conditions, matched } = readRouteMatch(route.match);
  return {
    name: route.name,
    index,
    conditions,
    matched,
    action: readAction(route),
    request: readHeaderOperations(route.requestHeadersToAdd, route.requestHeadersToRemove),
    response: readHeaderOperations(route.responseHeadersToAdd, route.responseHeadersToRemove),
    perFilter: readPerFilter(route.typedPerFilterConfig),
    origins: readOrigins(route.metadata),
  };
}

/** What the compiler notes on routes of VirtualServices, and on chains that are. */
export function readOrigins(metadata: Metadata | undefined): Route["origins"] {
  const { config, path, root, rootPath } = metadata?.filterMetadata.istio ?? {};
  return (
    [
      [config, path],
      [root, rootPath],
    ] as const
  ).flatMap(([resource, at]) =>
    typeof resource === "string" ? [{ resource, path: typeof at === "string" ? at : "" }] : [],
  );
}
