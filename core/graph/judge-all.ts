import type { IsLive } from "#core/graph/believed-shares.ts";
import { judgeNodes, subjectOf } from "#core/graph/build-graph.ts";
import type { Health } from "#core/graph/graph.ts";
import { isWorse } from "#core/graph/health.ts";
import { mergeReporters } from "#core/graph/merge-reporters.ts";
import { subjectText } from "#core/graph/subject-text.ts";
import type { TolerancesOf } from "#core/graph/tolerance.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";

export interface JudgedInput {
  readonly startMs: number;
  readonly endMs: number;
  readonly rows: readonly TrafficRow[];
  readonly isLive?: IsLive | undefined;
  readonly tolerances?: TolerancesOf | undefined;
}

const VIEWS = ["service", "workload", "app"] as const;

/** Health of each service, workload, app and namespace that had traffic, by `subjectText`; `pause` is awaited between parts of the work. */
export async function judgeAll(
  input: JudgedInput,
  pause: () => Promise<void> = async () => undefined,
): Promise<ReadonlyMap<string, Health>> {
  const all = new Map<string, Health>();
  const { startMs, endMs, rows, isLive, tolerances } = input;
  const seconds = Math.max(1, (endMs - startMs) / 1000);
  // What both ends told is joined once for all views.
  const pairs = mergeReporters(rows, isLive);
  await pause();
  for (const view of VIEWS) {
    for (const node of judgeNodes(view, pairs, { seconds, tolerances })) {
      const subject = subjectOf(node);
      // In another view than its own a node may stand for a part: a service for those requests alone that came to nobody.
      if (subject?.kind !== view || node.health.status === "idle") continue;
      all.set(subjectText(subject), node.health);
      const { namespace } = node;
      if (view === "app" || namespace === UNKNOWN) continue;
      const key = `namespace ${namespace}`;
      const known = all.get(key);
      if (known === undefined || isWorse(node.health, known))
        all.set(key, { ...node.health, reason: `${node.name}: ${node.health.reason}` });
    }
    await pause();
  }
  return all;
}
