import type { StorageView } from "#core/view/storage.ts";
import { keptFrom, type Retention } from "#server/telemetry/ports/retention.ts";
import type { TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";

const WEEK_MS = 7 * 86_400_000;

/** What tables are for, in the order in which people ask, and how long what is in them is kept. */
const TOLD: readonly (readonly [table: string, what: string, keptMs: (retention: Retention) => number | null])[] = [
  ["windows_10s", "Counts of ten seconds", ({ tiersMs }) => tiersMs["10s"]],
  ["windows_1m", "Counts of a minute", ({ tiersMs }) => tiersMs["1m"]],
  ["windows_10m", "Counts of ten minutes", ({ tiersMs }) => tiersMs["10m"]],
  ["windows_1h", "Counts of an hour", ({ tiersMs }) => tiersMs["10m"]],
  ["windows_1d", "Counts of a day", ({ tiersMs }) => tiersMs["10m"]],
  ["requests", "Requests", ({ samplesMs }) => samplesMs],
  ["shapes", "Counts of shapes of requests", ({ tiersMs }) => tiersMs["1m"]],
  ["spans", "Spans", ({ spansMs }) => spansMs],
  ["logs", "Logs of applications", ({ logsMs }) => logsMs],
  ["points", "Samples of others' series", ({ pointsMs }) => pointsMs],
  ["series", "Labels of others' series", () => null],
  ["keys", "Labels of counts", () => null],
  ["gaps", "Gaps", ({ tiersMs }) => tiersMs["10m"]],
];
const REST = "The store's own books";

export async function describeStorage(
  { upkeep, traffic, gaps }: Pick<TelemetryStore, "upkeep" | "traffic" | "gaps">,
  retention: Retention,
  nowMs: number,
): Promise<Omit<StorageView, "retention" | "setAside">> {
  const [tables, usedBytes, missed] = await Promise.all([
    upkeep.tables(nowMs),
    upkeep.usedBytes(),
    gaps.gaps(Math.max(nowMs - WEEK_MS, keptFrom(retention, nowMs)["10m"]), nowMs + 1),
  ]);
  const placeOf = (name: string): number => {
    const place = TOLD.findIndex(([table]) => table === name);
    return place < 0 ? TOLD.length : place;
  };
  return {
    tables: tables
      .map((table) => {
        const [, what = REST, keptMs] = TOLD[placeOf(table.name)] ?? [];
        return { ...table, what, keptMs: keptMs?.(retention) ?? null };
      })
      .sort((a, b) => placeOf(a.name) - placeOf(b.name)),
    usedBytes,
    segments: upkeep.segments(),
    bytesMax: retention.bytesMax,
    keys: [...traffic.keys()].length,
    gaps: {
      count: missed.length,
      requests: missed.reduce((sum, { requests }) => sum + requests, 0),
      newestMs: missed[0]?.endMs ?? null,
    },
  };
}
