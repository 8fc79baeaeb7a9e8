import type { TrafficKey, TrafficRow } from "#core/telemetry/traffic.ts";
import { UNKNOWN } from "#core/telemetry/workload-label.ts";
import type { KeyTable } from "#server/telemetry/key-table.ts";

export function keysWhere(table: KeyTable, isWanted: (key: TrafficKey) => boolean): number[] {
  const ids: number[] = [];
  for (const [id, key] of table.entries()) if (isWanted(key)) ids.push(id);
  return ids;
}

/** Traffic as it enters the mesh: through gateways, from callers without a sidecar, and from workloads that nobody calls. */
export function entryKeys(table: KeyTable): number[] {
  const called = new Set<string>();
  for (const [, key] of table.entries()) called.add(`${key.destinationNamespace}/${key.destinationWorkload}`);
  return keysWhere(table, (key) => {
    if (key.fromGateway) return true;
    if (key.reporter === "destination") return key.sourceWorkload === UNKNOWN && key.sourcePrincipal === UNKNOWN;
    return key.sourceWorkload !== UNKNOWN && !called.has(`${key.sourceNamespace}/${key.sourceWorkload}`);
  });
}

/** Which windows count for sparklines: all of callers, and of called ends those that no caller reports on. */
export interface SparklineKeys {
  readonly destinationIds: readonly number[];
}

export function sparklineKeys(table: KeyTable, rows: readonly TrafficRow[]): SparklineKeys {
  const reported = new Set(
    rows.filter(({ key }) => key.reporter === "source").map(({ key }) => key.destinationService),
  );
  const silent = new Set(
    rows.filter(({ key }) => !reported.has(key.destinationService)).map(({ key }) => key.destinationService),
  );
  return {
    destinationIds:
      silent.size === 0
        ? []
        : keysWhere(table, (key) => key.reporter === "destination" && silent.has(key.destinationService)),
  };
}
