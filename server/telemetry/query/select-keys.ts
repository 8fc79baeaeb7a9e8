import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import type { LabelFilter } from "#server/telemetry/ports/traffic-reader.ts";

/** Traffic as it enters the mesh: through gateways, from callers without a sidecar, and from workloads that nobody calls. */
export function entryKeys(keys: Iterable<TrafficKey>): TrafficKey[] {
  const all = [...keys];
  const called = new Set(all.map((key) => `${key.destinationNamespace}/${key.destinationWorkload}`));
  return all.filter((key) => {
    if (key.fromGateway) return true;
    if (key.reporter === "destination") return key.sourceWorkload === UNKNOWN && key.sourcePrincipal === UNKNOWN;
    return key.sourceWorkload !== UNKNOWN && !called.has(`${key.sourceNamespace}/${key.sourceWorkload}`);
  });
}

/** Which windows count for sparklines: all of callers, and of called ends those that no caller reports on. */
export function sparklineKeys(keys: Iterable<TrafficKey>, rows: readonly TrafficRow[]): LabelFilter {
  const reported = new Set(
    rows.filter(({ key }) => key.reporter === "source").map(({ key }) => key.destinationService),
  );
  const silent = new Set(
    rows.filter(({ key }) => !reported.has(key.destinationService)).map(({ key }) => key.destinationService),
  );
  return {
    having: { reporter: "source" },
    among:
      silent.size === 0
        ? []
        : [...keys].filter((key) => key.reporter === "destination" && silent.has(key.destinationService)),
  };
}
