import { fromBinary } from "@bufbuild/protobuf";
import { LIMITS_METADATA } from "#core/xds/limits-metadata.ts";
import type { RouteLimits } from "#mesh-agent/limits/limit-sets.ts";
import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { ResourceSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

/** What a route configuration says of limits. */
export function readRouteLimits({ name, body }: CachedResource): RouteLimits {
  const { resource } = fromBinary(ResourceSchema, body);
  if (resource === undefined) return { name };
  const said = fromBinary(RouteConfigurationSchema, resource.value).metadata?.filterMetadata[LIMITS_METADATA];
  const { set, rules } = said ?? {};
  return typeof set === "string" && typeof rules === "string"
    ? { name, limits: { set, rules: Buffer.from(rules, "base64") } }
    : { name };
}
