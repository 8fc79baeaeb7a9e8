import { fromBinary } from "@bufbuild/protobuf";
import { LIMITS_METADATA } from "#core/xds/limits-metadata.ts";
import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { ResourceSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

/** A route configuration, and the set of limits that its requests ask for, if any. */
export interface RouteLimits {
  readonly name: string;
  /** The rules as a `pharos.limits.v1.LimitSet`. */
  readonly limits?: { readonly set: string; readonly rules: Uint8Array };
}

/** Route configurations that Envoy has accepted, and those that it has no more. */
export interface RoutesChange {
  readonly upserts: readonly RouteLimits[];
  readonly removes: readonly string[];
  readonly keepOnly?: ReadonlySet<string> | undefined;
}

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
