import type { ObjectiveCounter, Sums } from "#core/objectives/counter.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { Telemetry } from "#server/services/dependencies.ts";

/** What stored windows count for those whom `concerned` names, in slots of `stepMs` by when each begins; a slot without requests is none. */
export async function sumSlots<T extends { readonly counter: Pick<ObjectiveCounter, "count"> }>(
  telemetry: Pick<Telemetry, "slots">,
  range: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
  concerned: (key: TrafficKey) => readonly T[],
): Promise<ReadonlyMap<T, ReadonlyMap<number, Sums>>> {
  const found = new Map<T, Map<number, Sums>>();
  const { slots } = await telemetry.slots({ ...range, isMeant: (key) => concerned(key).length > 0 });
  for (const [atMs, rows] of slots)
    for (const row of rows)
      for (const each of concerned(row.key)) {
        const { total, bad } = each.counter.count(row);
        const own = found.get(each) ?? new Map<number, Sums>();
        found.set(each, own);
        const known = own.get(atMs) ?? { total: 0, bad: 0 };
        own.set(atMs, { total: known.total + total, bad: known.bad + bad });
      }
  return found;
}
