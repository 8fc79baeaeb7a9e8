import type { Caller } from "#core/resolve/locality-load.ts";
import { resolvePeers } from "#core/resolve/peers.ts";
import { ZONES_OF_CALLERS } from "#core/resolve/zone-load.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { labelText } from "#server/compile/label-text.ts";
import { standingOf } from "#server/envoy/standing.ts";

/**
 * What of a proxy decides which endpoints it prefers. Where it is counts as it is registered; what it says of that itself, for
 * whoever is not registered: it bears on its own calls alone.
 */
export function callerOf(world: CompileReader, node: ProxyNode): Caller {
  const { instance, labels } = standingOf(world, node);
  const keys = world.comparedLabelKeys;
  return {
    locality: instance?.locality ?? node.locality ?? "",
    labels: Object.fromEntries(keys.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]]))),
    ...(keys.includes(ZONES_OF_CALLERS) ? { peers: resolvePeers(world, node.namespace, labels) } : {}),
  };
}

/** Of whom nothing is known that endpoints are ordered by: for what is the same for all. */
export const ANYWHERE: Caller = { locality: "", labels: {} };

/** Equal for callers who prefer the same, and for no others: what is in it, proxies say of themselves. */
export function formatCaller({ locality, labels, peers }: Caller): string {
  return `${JSON.stringify(locality)} ${labelText(labels)}${peers === undefined ? "" : ` ${JSON.stringify(peers)}`}`;
}
