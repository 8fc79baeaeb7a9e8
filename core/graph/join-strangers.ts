import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { isRefusal } from "#core/telemetry/refused-connection.ts";
import { scaleRow, type TrafficRow } from "#core/telemetry/traffic.ts";

/** What callers tell of plain text to a workload, as far as it is not joined yet. */
interface Told {
  left: number;
  readonly callers: Map<string, TrafficKey>;
}

/**
 * Gives what the called end tells of strangers in plain text to the callers that tell of plain text to the same workload,
 * as far as they do: without certificate or header the called end cannot know that it was they, and it would count twice.
 * Of several callers nobody can say whose it was, and their own word is enough. What goes beyond stays the strangers'.
 */
export function joinStrangers(rows: readonly TrafficRow[]): readonly TrafficRow[] {
  if (!rows.some(({ key }) => isStranger(key))) return rows;
  const places = toldByCallers(rows);
  if (places.size === 0) return rows;
  return rows.flatMap((row) => {
    const told = isStranger(row.key) ? places.get(placeOf(row.key)) : undefined;
    if (told === undefined || told.left === 0) return [row];
    const joined = Math.min(told.left, row.count);
    told.left -= joined;
    const [caller, ...others] = told.callers.values();
    return [
      ...(caller !== undefined && others.length === 0 ? [fromCaller(part(row, joined), caller)] : []),
      ...(joined === row.count ? [] : [part(row, row.count - joined)]),
    ];
  });
}

function toldByCallers(rows: readonly TrafficRow[]): ReadonlyMap<string, Told> {
  const places = new Map<string, Told>();
  for (const { key, count } of rows) {
    if (key.reporter !== "source" || key.security !== "none" || key.destinationWorkload === UNKNOWN) continue;
    const told = places.get(placeOf(key)) ?? { left: 0, callers: new Map<string, TrafficKey>() };
    places.set(placeOf(key), told);
    told.left += count;
    told.callers.set(`${key.sourceNamespace}/${key.sourceWorkload}`, key);
  }
  // Of these the called end told by the caller's name.
  for (const { key, count } of rows) {
    if (key.reporter !== "destination" || key.security !== "none" || key.sourceWorkload === UNKNOWN) continue;
    const told = places.get(placeOf(key));
    if (told !== undefined) told.left = Math.max(0, told.left - count);
  }
  return places;
}

/** Who showed nothing at all, and was let in. */
function isStranger(key: TrafficKey): boolean {
  return (
    key.reporter === "destination" &&
    key.sourceWorkload === UNKNOWN &&
    key.sourcePrincipal === UNKNOWN &&
    key.security === "none" &&
    !isRefusal(key.deniedBy)
  );
}

function placeOf({ destinationNamespace, destinationWorkload, protocol }: TrafficKey): string {
  return `${destinationNamespace}/${destinationWorkload} ${protocol}`;
}

function fromCaller({ names: _, ...row }: TrafficRow, caller: TrafficKey): TrafficRow {
  const { sourceWorkload, sourceNamespace, sourceApp, sourceVersion } = caller;
  return { ...row, key: { ...row.key, sourceWorkload, sourceNamespace, sourceApp, sourceVersion, sourceAddress: "" } };
}

function part(row: TrafficRow, count: number): TrafficRow {
  return count === row.count ? row : { ...scaleRow(row, count / row.count), count };
}
