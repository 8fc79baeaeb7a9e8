import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import type { CachedResource, ResourceCache } from "#mesh-agent/xds/cached-resource.ts";
import { type TypeState, UNSURE, WILDCARD } from "#mesh-agent/xds/type-state.ts";
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
    if (holds(state, name)) continue;
    for (const resource of known)
      if (!holds(state, resource.name) || name !== WILDCARD) found.set(resource.name, resource);
    if (known.length === 0 && name !== WILDCARD) absent.push(name);
  }
  if (found.size === 0 && absent.length === 0 && !isEmptyWhole) return undefined;
  const resources = [...found.values()];
  return { message: encodeAnswer(state.type, nonce, resources, absent), resources };
}

/** A response of the last good configuration. */
export function encodeAnswer(
  typeUrl: string,
  nonce: string,
  resources: readonly CachedResource[],
  absent: readonly string[] = [],
): Uint8Array {
  const isVirtualHost = typeUrl === TYPE_URLS.VHDS;
  const message = create(DeltaDiscoveryResponseSchema, {
    typeUrl,
    nonce,
    systemVersionInfo: "last-good",
    resources: [
      ...resources.map(({ body }) => fromBinary(ResourceSchema, body)),
      ...(isVirtualHost ? absent.map((name) => create(ResourceSchema, { name, aliases: [name] })) : []),
    ],
    removedResources: isVirtualHost ? [] : [...absent],
  });
  return toBinary(DeltaDiscoveryResponseSchema, message);
}

function holds({ held }: TypeState, name: string): boolean {
  return (held.get(name) ?? UNSURE) !== UNSURE;
}
