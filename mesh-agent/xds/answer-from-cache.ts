import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import type { CachedResource, ResourceCache } from "#mesh-agent/xds/cached-resource.ts";
import { type TypeState, WILDCARD } from "#mesh-agent/xds/type-state.ts";
import { DeltaDiscoveryResponseSchema, ResourceSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";

/** An empty first answer for virtual hosts would leave their listener unbound. */
const CAN_BE_EMPTY: ReadonlySet<string> = new Set([TYPE_URLS.CDS, TYPE_URLS.LDS]);

export interface CacheAnswer {
  readonly message: Uint8Array;
  readonly resources: readonly CachedResource[];
}

/**
 * What the last good configuration has of what is pending; undefined when it has nothing to say. Takes what it answers
 * out of `pending`. While the control plane is away, names it does not know are answered too, so that no proxy waits:
 * as absent, and a virtual host as one that does not exist (404 at once; the control plane corrects it when it is back).
 */
export function answerFromCache(
  state: TypeState,
  cache: ResourceCache,
  nonce: string,
  isAway: boolean,
): CacheAnswer | undefined {
  const found = new Map<string, CachedResource>();
  const absent: string[] = [];
  let isEmptyWhole = false;
  for (const name of [...state.pending]) {
    const known =
      name === WILDCARD
        ? cache.list(state.type)
        : [cache.find(state.type, name)].filter((resource) => resource !== undefined);
    if (known.length === 0 && !isAway) continue;
    if (name === WILDCARD && known.length === 0 && state.held.size === 0) {
      // Nothing of this type is an answer only where there is a last good configuration; without one Envoy waits.
      if (!CAN_BE_EMPTY.has(state.type) || cache.isEmpty()) continue;
      isEmptyWhole = true;
    }
    state.pending.delete(name);
    // What Envoy brought along is at least as new as the cache.
    if (state.held.has(name)) continue;
    for (const resource of known)
      if (!state.held.has(resource.name) || name !== WILDCARD) found.set(resource.name, resource);
    if (known.length === 0 && name !== WILDCARD) absent.push(name);
  }
  if (found.size === 0 && absent.length === 0 && !isEmptyWhole) return undefined;
  const isVirtualHost = state.type === TYPE_URLS.VHDS;
  const resources = [...found.values()];
  const message = create(DeltaDiscoveryResponseSchema, {
    typeUrl: state.type,
    nonce,
    systemVersionInfo: "last-good",
    resources: [
      ...resources.map(({ body }) => fromBinary(ResourceSchema, body)),
      ...(isVirtualHost ? absent.map((name) => create(ResourceSchema, { name, aliases: [name] })) : []),
    ],
    removedResources: isVirtualHost ? [] : absent,
  });
  return { message: toBinary(DeltaDiscoveryResponseSchema, message), resources };
}
