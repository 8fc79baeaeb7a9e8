import { create } from "@bufbuild/protobuf";
import { placesOfRoutes } from "#core/resolve/delegates.ts";
import { looksUpHosts } from "#core/resolve/looks-up-hosts.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import { resolveDecidingRoutes } from "#core/resolve/routes.ts";
import type { Origin } from "#core/xds/layer.ts";
import { type RouteConfiguration, RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { REQUEST_BUFFER_BYTES } from "#server/envoy/routes/build-retries.ts";
import {
  buildDefaultRoute,
  buildResolvedRoutes,
  DIRECT_RESPONSE_BYTES_MAX,
  type RouteContext,
} from "#server/envoy/routes/build-routes.ts";

/** Routes of requests that are for one service's port, whatever host they name. */
export interface ServiceTable {
  readonly config: RouteConfiguration;
  readonly origins: readonly Origin[];
  /** Some lead to whichever host a request names. */
  readonly looksUpHosts: boolean;
}

/** `world` are those whom callers know, the context's own whom routes lead to. */
export function buildServiceTable(
  name: string,
  { host, port }: { readonly host: string; readonly port: number },
  world: CallerReader,
  context: RouteContext,
): ServiceTable {
  const { namespace } = context;
  const used = resolveDecidingRoutes(world.virtualServices(host, namespace, "mesh", port), context);
  const config = create(RouteConfigurationSchema, {
    name,
    virtualHosts: [
      {
        name: `${host}:${port}`,
        domains: ["*"],
        routes: used === undefined ? [buildDefaultRoute(context, host, port)] : buildResolvedRoutes(used, context),
        includeRequestAttemptCount: world.settings().routeHeaders.isAttemptTold,
        requestBodyBufferLimit: REQUEST_BUFFER_BYTES,
      },
    ],
    validateClusters: false,
    maxDirectResponseBodySizeBytes: DIRECT_RESPONSE_BYTES_MAX,
  });
  return {
    config,
    origins: used === undefined ? [] : placesOfRoutes(used.service),
    looksUpHosts: looksUpHosts(context.world, host, used, namespace),
  };
}
