import { zoneOf } from "#core/model/locality.ts";

/** How many call beside a caller, for the same service, in each zone: `region/zone` and a number, in order. */
export type Peers = readonly (readonly [zone: string, count: number])[];

/** Stands among the keys of labels that rules compare where one asks in which zones callers are; no label has such a key. */
export const ZONES_OF_CALLERS = "*";

interface Group {
  readonly locality: string;
  readonly priority: number;
  readonly weight: number;
  readonly endpoints: readonly unknown[];
}

/** A weight of all zones together. */
const TOTAL = 1_000_000;

/**
 * Groups of one priority, weighed so that callers keep to their own zone as far as it is large enough for them, and zones that have more
 * endpoints than callers take the rest: what Envoy's zone-aware routing comes to, of which no Envoy has to know who else calls. Zones
 * that take nothing come one priority later. As they are where there are fewer endpoints than `least`, or nobody knows where the caller is.
 */
export function shareZones<T extends Group>(
  groups: readonly T[],
  peers: Peers,
  from: string,
  least: number,
): readonly T[] {
  const own = zoneOf(from);
  const endpoints = groups.reduce((sum, each) => sum + each.endpoints.length, 0);
  const callers = peers.reduce((sum, [, count]) => sum + count, 0);
  const zones = Map.groupBy(groups, ({ locality }) => zoneOf(locality));
  const calledFrom = (zone: string): number => (peers.find(([each]) => each === zone)?.[1] ?? 0) / callers;
  if (endpoints < least || callers === 0 || calledFrom(own) === 0 || !zones.has(own)) return groups;
  const sizeOf = (zone: string): number =>
    (zones.get(zone) ?? []).reduce((sum, each) => sum + each.endpoints.length, 0) / endpoints;
  const kept = Math.min(1, sizeOf(own) / calledFrom(own));
  const spareOf = (zone: string): number => (zone === own ? 0 : Math.max(0, sizeOf(zone) - calledFrom(zone)));
  const spare = [...zones.keys()].reduce((sum, zone) => sum + spareOf(zone), 0);
  const shareOf = (zone: string): number =>
    zone === own ? kept : spare === 0 ? 0 : ((1 - kept) * spareOf(zone)) / spare;
  return groups.map((each) => {
    const zone = zoneOf(each.locality);
    const share = shareOf(zone);
    if (share === 0) return { ...each, priority: each.priority + 1 };
    const ofZone = (zones.get(zone) ?? []).reduce((sum, { weight }) => sum + weight, 0);
    return { ...each, weight: Math.max(1, Math.round((TOTAL * share * each.weight) / ofZone)) };
  });
}
