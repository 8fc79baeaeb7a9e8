import type { Series } from "#components/charts/build-series.ts";
import { CLASS_LOOKS, STACKED_CLASSES } from "#components/requests/class-tone.ts";
import type { RequestSummary } from "#core/view/requests.ts";

/** Requests in each slot by class, those that rows stand for; a slot of which nothing was kept has none. */
export function buildSlots({ startMs, endMs, stepMs, slots }: RequestSummary): Series[] {
  const first = Math.floor(startMs / stepMs) * stepMs;
  const times = Array.from({ length: Math.ceil((endMs - first) / stepMs) }, (_, index) => first + index * stepMs);
  return STACKED_CLASSES.flatMap((name) => {
    const of = new Map(slots.filter((slot) => slot.class === name).map((slot) => [slot.startMs, slot.weight]));
    if (of.size === 0) return [];
    const { label, color } = CLASS_LOOKS[name];
    return [{ key: name, label, color, points: times.map((atMs) => ({ atMs, value: of.get(atMs) ?? 0 })) }];
  });
}
