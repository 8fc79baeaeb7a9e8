import { fnv1a } from "#core/fnv1a.ts";

const COLORS = [
  "series-1",
  "series-2",
  "series-3",
  "series-4",
  "series-5",
  "series-6",
  "series-7",
  "series-8",
] as const;

/** Service → colour variable. */
export type ServiceColors = ReadonlyMap<string, string>;

/**
 * A colour for each service: the one its name hashes to, or the next that is free, so that eight services never share
 * and the same set of services looks the same on every page. Beyond eight some do; the name always stands beside.
 */
export function assignColors(services: Iterable<string>): ServiceColors {
  const colors = new Map<string, string>();
  const taken = new Set<number>();
  for (const service of [...new Set(services)].sort()) {
    if (taken.size === COLORS.length) taken.clear();
    let index = hash(service) % COLORS.length;
    while (taken.has(index)) index = (index + 1) % COLORS.length;
    taken.add(index);
    colors.set(service, COLORS[index] ?? COLORS[0]);
  }
  return colors;
}

function hash(text: string): number {
  const value = fnv1a(text);
  return (value ^ (value >>> 15)) >>> 0;
}
