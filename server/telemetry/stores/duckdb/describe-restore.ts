import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { LossFacts } from "#server/telemetry/stores/duckdb/describe-loss.ts";
import type { BegunRestore } from "#server/telemetry/stores/duckdb/segments/begin-restore.ts";

/** Gaps that tell what a damaged store has lost although it has segments: what came after them, and what was in those that are damaged. */
export function describeRestore(
  { segments, untilMs, damaged, since }: BegunRestore,
  { lost, movedAside, nowMs }: LossFacts,
): GapRow[] {
  const aside = movedAside === undefined ? "" : `; what could not be read was moved to ${movedAside}`;
  const back = segments === 0 ? "" : `; ${segments} segments of what was stored before are read back`;
  const words = since.map(({ table: { name, unit }, amount }) => `table ${name}: ${amount} ${unit}`);
  const size = words.length === 0 ? "nothing of what it had acknowledged" : words.join(", ");
  const when =
    words.length === 0 ? "" : ` of what it stored between ${textOf(untilMs)} and ${textOf(lost?.toMs ?? nowMs)}`;
  const byTable = Map.groupBy(damaged, ({ segment }) => segment.table);
  return [
    {
      workload: "",
      startMs: untilMs,
      endMs: nowMs,
      requests: Math.max(0, ...since.map(({ table: { unit }, amount }) => (unit === "requests" ? amount : 0))),
      reason: `the telemetry store was damaged and lost${when} ${size}${back}${aside}`,
    },
    ...[...byTable].map(([table, gone]) => {
      const startMs = Math.min(...gone.map(({ segment }) => segment.fromMs));
      const endMs = Math.max(...gone.map(({ segment }) => segment.toMs));
      const amount = gone.reduce((sum, each) => sum + each.amount, 0);
      const isCount = table.startsWith("windows_") || table === "shapes";
      return {
        workload: "",
        startMs,
        endMs,
        requests: isCount ? amount : 0,
        reason: `the telemetry store has lost of table ${table} ${amount} ${isCount ? "requests" : "rows"} between ${textOf(startMs)} and ${textOf(endMs)}: ${gone.length} of its segments are damaged or gone`,
      };
    }),
  ];
}

function textOf(ms: number): string {
  return new Date(ms).toISOString();
}
