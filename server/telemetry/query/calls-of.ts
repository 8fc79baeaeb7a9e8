import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TimeRange } from "#server/services/dependencies.ts";
import type { TelemetryQueries } from "#server/telemetry/query/telemetry-queries.ts";

/** Who called whom, `app.namespace` both, by what callers counted: exact, whichever requests were traced. */
export async function callsOf(
  queries: Pick<TelemetryQueries, "rows">,
  range: TimeRange,
): Promise<readonly { readonly parent: string; readonly child: string; readonly callCount: number }[]> {
  const { rows } = await queries.rows(range);
  const counts = new Map<string, { readonly parent: string; readonly child: string; callCount: number }>();
  for (const { key, count } of rows) {
    if (key.reporter !== "source" || key.sourceApp === UNKNOWN || key.destinationApp === UNKNOWN) continue;
    const parent = `${key.sourceApp}.${key.sourceNamespace}`;
    const child = `${key.destinationApp}.${key.destinationNamespace}`;
    const known = counts.get(`${parent} ${child}`) ?? { parent, child, callCount: 0 };
    known.callCount += count;
    counts.set(`${parent} ${child}`, known);
  }
  return [...counts.values()];
}
