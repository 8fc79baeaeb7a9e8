import { clone } from "@bufbuild/protobuf";
import { type Any, anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  type Filter,
  type FilterChain,
  FilterChainSchema,
  type ListenerFilter,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import {
  HttpConnectionManagerSchema,
  type HttpFilter,
} from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import {
  matchesChain,
  matchesListener,
  namedFilter,
  namedHttpFilter,
  namedListenerFilter,
} from "#server/envoy/patches/match-listener.ts";
import { mergeAny } from "#server/envoy/patches/merge-any.ts";
import { mergeMessage } from "#server/envoy/patches/merge-message.ts";
import { patchList } from "#server/envoy/patches/patch-list.ts";
import { type Added, isMerge, listMerge, type PatchSet, type ReadyPatch } from "#server/envoy/patches/patch-set.ts";

const HTTP_MANAGER = "envoy.filters.network.http_connection_manager";

/** A filter of any level, as far as patches look at it. */
interface AnyFilter {
  name: string;
  configType: Filter["configType"] | { case: string; value: unknown } | { case: undefined; value?: undefined };
}

/**
 * A listener with Istio's patches made, in their order: those of the listener, of its own filters, of its chains, and in each of the
 * network filters and the HTTP filters. `ports` are those by which people know it. Undefined: one removes it. What is given stays as it is.
 */
export function patchListener(patches: PatchSet, given: Listener, ports: readonly number[] = []): Listener | undefined {
  if (!patches.has("LISTENER", "LISTENER_FILTER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER")) return given;
  const listener = clone(ListenerSchema, given);
  const isFor = (ready: ReadyPatch) =>
    matchesListener(ready.patch.listener, listener, ports, ready.patch.target === "LISTENER");
  for (const ready of patches.of("LISTENER").filter(isFor)) {
    if (ready.patch.operation === "REMOVE") {
      patches.note(ready);
      return undefined;
    }
    if (!isMerge(ready)) continue;
    patches.note(ready);
    mergeMessage(ListenerSchema, listener, ready.make(), listMerge(ready));
  }
  patchListenerFilters(patches, listener, isFor);
  listener.filterChains = listener.filterChains.filter((chain) => patchChain(patches, listener, chain, isFor));
  const { defaultFilterChain: last } = listener;
  if (last !== undefined && !patchChain(patches, listener, last, isFor)) delete listener.defaultFilterChain;
  for (const ready of patches.of("FILTER_CHAIN").filter(isFor)) {
    if (ready.patch.operation !== "ADD") continue;
    patches.note(ready);
    listener.filterChains.push(ready.make());
  }
  return listener;
}

/** Listeners that are added. Those for any context are added once, for calls. */
export function addedListeners(patches: PatchSet, isInbound: boolean): readonly Added<Listener>[] {
  return patches.of("LISTENER").flatMap((ready) => {
    if (ready.patch.operation !== "ADD" || (isInbound && ready.patch.context === "ANY")) return [];
    patches.note(ready);
    const { resource, path } = ready.patch;
    return [{ message: ready.make(), origin: { resource, path } }];
  });
}

type IsFor = (ready: ReadyPatch) => boolean;

function patchListenerFilters(patches: PatchSet, listener: Listener, isFor: IsFor): void {
  for (const ready of patches.of("LISTENER_FILTER").filter(isFor)) {
    const named = namedListenerFilter(ready.patch.listener);
    const matches = ({ name }: { readonly name: string }) => named === undefined || name === named;
    if (ready.patch.operation === "MERGE" && named !== undefined)
      for (const filter of listener.listenerFilters) if (matches(filter)) mergeFilter(patches, ready, filter);
    const { operation } = ready.patch;
    const patched = patchList<ListenerFilter>(listener.listenerFilters, {
      ...{ operation, isNamed: named !== undefined, matches, make: () => ready.make() },
    });
    if (patched === undefined) continue;
    patches.note(ready);
    listener.listenerFilters = patched;
  }
}

/** Whether it is still there. */
function patchChain(patches: PatchSet, listener: Listener, chain: FilterChain, isFor: IsFor): boolean {
  // Added ones are not patched again.
  const isForChain = (ready: ReadyPatch) => isFor(ready) && matchesChain(ready.patch.listener, listener, chain);
  for (const ready of patches.of("FILTER_CHAIN").filter(isForChain)) {
    if (ready.patch.operation === "REMOVE") {
      patches.note(ready);
      return false;
    }
    if (!isMerge(ready)) continue;
    patches.note(ready);
    mergeChain(ready, chain);
  }
  patchNetworkFilters(patches, chain, isForChain);
  return true;
}

/** A transport socket of the same name is merged by itself: then nothing else of the value is, as in Istio. */
function mergeChain(ready: ReadyPatch<"FILTER_CHAIN">, chain: FilterChain): void {
  const value = ready.make();
  const [known, given] = [chain.transportSocket, value.transportSocket];
  if (known === undefined || given?.name !== known.name) {
    mergeMessage(FilterChainSchema, chain, value, listMerge(ready));
    return;
  }
  if (known.configType.case !== "typedConfig" || given.configType.case !== "typedConfig") return;
  const merged = mergeAny(known.configType.value, given.configType.value);
  if (merged !== undefined) known.configType = { case: "typedConfig", value: merged };
}

function patchNetworkFilters(patches: PatchSet, chain: FilterChain, isFor: IsFor): void {
  const all = patches.of("NETWORK_FILTER").filter(isFor);
  const matcher = (ready: ReadyPatch) => {
    const named = namedFilter(ready.patch.listener);
    return {
      isNamed: named !== undefined,
      matches: ({ name }: { readonly name: string }) => named === undefined || name === named,
    };
  };
  for (const ready of all) {
    const { operation } = ready.patch;
    const patched = patchList<Filter>(chain.filters, { operation, ...matcher(ready), make: () => ready.make() });
    if (patched === undefined) continue;
    patches.note(ready);
    chain.filters = patched;
  }
  for (const filter of chain.filters) {
    for (const ready of all)
      if (ready.patch.operation === "MERGE" && matcher(ready).matches(filter)) mergeFilter(patches, ready, filter);
    if (filter.name !== HTTP_MANAGER) continue;
    const inside = patches.of("HTTP_FILTER").filter((ready) => isFor(ready) && matcher(ready).matches(filter));
    if (inside.length > 0) patchHttpFilters(patches, filter, inside);
  }
}

function patchHttpFilters(patches: PatchSet, filter: Filter, all: readonly ReadyPatch<"HTTP_FILTER">[]): void {
  const manager =
    filter.configType.case === "typedConfig"
      ? anyUnpack(filter.configType.value, HttpConnectionManagerSchema)
      : undefined;
  if (manager === undefined) return;
  const matcher = (ready: ReadyPatch) => {
    const named = namedHttpFilter(ready.patch.listener);
    return {
      isNamed: named !== undefined,
      matches: ({ name }: { readonly name: string }) => named === undefined || name === named,
    };
  };
  for (const ready of all) {
    const { operation } = ready.patch;
    const patched = patchList<HttpFilter>(manager.httpFilters, {
      operation,
      ...matcher(ready),
      make: () => ready.make(),
    });
    if (patched === undefined) continue;
    patches.note(ready);
    manager.httpFilters = patched;
  }
  for (const each of manager.httpFilters)
    for (const ready of all)
      if (ready.patch.operation === "MERGE" && matcher(ready).matches(each)) mergeFilter(patches, ready, each);
  filter.configType = { case: "typedConfig", value: anyPack(HttpConnectionManagerSchema, manager) };
}

/** A filter takes the name and merges the configuration of another; one of another type is left as it is. */
function mergeFilter(
  patches: PatchSet,
  ready: ReadyPatch<"LISTENER_FILTER" | "NETWORK_FILTER" | "HTTP_FILTER">,
  filter: AnyFilter,
): void {
  const { configType } = filter;
  if (configType.case !== "typedConfig") return;
  const given = ready.make();
  // Istio leaves a listener's filters their names.
  const isRenamed = given.name !== "" && given.name !== filter.name && ready.patch.target !== "LISTENER_FILTER";
  if (isRenamed) filter.name = given.name;
  const merged =
    given.configType.case === "typedConfig" ? mergeAny(configType.value as Any, given.configType.value) : undefined;
  if (merged !== undefined) filter.configType = { case: "typedConfig", value: merged };
  if (isRenamed || merged !== undefined) patches.note(ready);
}
