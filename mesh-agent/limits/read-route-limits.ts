import { fromBinary } from "@bufbuild/protobuf";
import { LIMITS_METADATA, limitSetsOf } from "#core/xds/limits-metadata.ts";
import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { ResourceSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

/** A route configuration, and the sets of limits that its requests ask for. */
export interface RouteLimits {
  readonly name: string;
  /** The rules of each as a `pharos.limits.v1.LimitSet`. */
  readonly limits: readonly { readonly set: string; readonly rules: Uint8Array }[];
}

/** Route configurations that Envoy has accepted, and those that it has no more. */
export interface RoutesChange {
  readonly upserts: readonly RouteLimits[];
  readonly removes: readonly string[];
  readonly keepOnly?: ReadonlySet<string> | undefined;
}

/** Whether it says anything of limits. What has not their name is not read. */
export function hasLimits(resource: CachedResource): boolean {
  const { buffer, byteOffset, byteLength } = resource.body;
  if (!Buffer.from(buffer, byteOffset, byteLength).includes(LIMITS_METADATA)) return false;
  return readRouteLimits(resource).limits.length > 0;
}

/** What a route configuration says of limits. */
export function readRouteLimits({ name, body }: CachedResource): RouteLimits {
  const { resource } = fromBinary(ResourceSchema, body);
  if (resource === undefined) return { name, limits: [] };
  const said = fromBinary(RouteConfigurationSchema, resource.value).metadata?.filterMetadata[LIMITS_METADATA];
  return { name, limits: [...limitSetsOf(said)].map(([set, rules]) => ({ set, rules: Buffer.from(rules, "base64") })) };
}
