import { PharosError } from "#core/errors.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import { budgetSeries } from "#core/objectives/budget-series.ts";
import { countedThreshold, objectiveCounter } from "#core/objectives/counter.ts";
import { type ObjectiveState, windowFrom, windowMs } from "#core/objectives/judge-objective.ts";
import { HOUR_MS, MINUTE_MS, SlotSums } from "#core/objectives/slot-sums.ts";
import { type ObjectiveTerms, readObjective } from "#core/resolve/objectives.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import type { ObjectiveView } from "#core/view/objective.ts";
import type { Telemetry } from "#server/services/dependencies.ts";
import type { MeshState } from "#server/services/mesh-state.ts";
import type { Services } from "#server/services/services.ts";
import type { ObjectiveWatch } from "#server/watch/objective-watch.ts";
import { sumSlots } from "#server/watch/sum-slots.ts";

export interface ObjectiveServiceOptions {
  readonly watch: Pick<ObjectiveWatch, "states">;
  readonly telemetry: Pick<Telemetry, "slots">;
  readonly state: Pick<MeshState, "snapshot">;
  readonly now?: () => number;
}

/** Up to so long a time is shown by minutes, a longer one by hours. */
const BY_MINUTES_MS = 3 * HOUR_MS;
const POINTS = 120;

/** Objectives as they stand, and how their budgets went. */
export function createObjectiveService({
  watch,
  telemetry,
  state,
  now = Date.now,
}: ObjectiveServiceOptions): Services["objectives"] {
  const all = () => ofKind(state.snapshot().resources, "Objective");
  const stateOf = (ref: string) => watch.states.find(({ terms }) => terms.ref === ref)?.state;
  const view = (objective: Resource<"Objective">): ObjectiveView => {
    const terms = readObjective(objective, state.snapshot().mesh);
    return toView(objective, terms, stateOf(terms.ref));
  };
  return {
    list: () => all().map(view).sort(byTrouble),
    async get({ ref, seconds }) {
      const objective = all().find((each) => formatRef(refOf(each)) === ref);
      if (objective === undefined) throw new PharosError("not-found", `no ${ref}`);
      const terms = readObjective(objective, state.snapshot().mesh);
      const spanMs = seconds === undefined ? windowMs(terms) : seconds * 1000;
      const isFine = spanMs <= BY_MINUTES_MS;
      const slotMs = isFine ? MINUTE_MS : HOUR_MS;
      const stepMs = Math.max(slotMs, Math.ceil(spanMs / POINTS / slotMs) * slotMs);
      const toMs = Math.floor(now() / slotMs) * slotMs;
      const fromMs = toMs - Math.ceil(spanMs / stepMs) * stepMs;
      const own = { counter: objectiveCounter(terms) };
      const sums = new SlotSums();
      const read = async (startMs: number, endMs: number, length: number): Promise<void> => {
        const found = await sumSlots(telemetry, { startMs, endMs, stepMs: length }, (key) =>
          own.counter.isMeant(key) ? [own] : [],
        );
        for (const [atMs, counted] of found.get(own) ?? [])
          if (length === HOUR_MS) sums.setHour(atMs, counted);
          else sums.setMinute(atMs, counted);
      };
      const fineMs = isFine ? Math.floor(fromMs / HOUR_MS) * HOUR_MS : toMs;
      await read(windowFrom(terms, fromMs), fineMs, HOUR_MS);
      if (isFine) await read(fineMs, toMs, MINUTE_MS);
      return {
        ...toView(objective, terms, stateOf(ref)),
        ...budgetSeries(terms, { fromMs, toMs, stepMs }, (from, to) => sums.between(from, to)),
        stepMs,
      };
    },
  };
}

function toView(
  objective: Resource<"Objective">,
  terms: ObjectiveTerms,
  of: ObjectiveState | undefined,
): ObjectiveView {
  const { namespace, name } = objective.metadata;
  const iso = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
  const { total = 0, bad = 0, burns = [], budgetLeft = null } = of ?? {};
  return {
    ...{ ref: terms.ref, namespace, name, total, bad, burns },
    effect: KINDS.Objective.effect?.(objective, "") ?? "",
    description: terms.description,
    isOfSome: terms.operation !== undefined,
    host: terms.host ?? null,
    // As it was written: 99.99, and not what the share of it makes of that.
    target: Number((terms.target * 100).toPrecision(12)),
    status:
      of === undefined
        ? "waiting"
        : budgetLeft === null
          ? "no-traffic"
          : budgetLeft < 0
            ? "exhausted"
            : burns.some(({ isBurning }) => isBurning)
              ? "burning"
              : "met",
    at: iso(of?.atMs),
    since: iso(of?.fromMs),
    goodPercent: total === 0 ? null : (100 * (total - bad)) / total,
    budgetLeftPercent: budgetLeft === null ? null : 100 * budgetLeft,
    countedMs: terms.good.kind === "latency" ? countedThreshold(terms.good.thresholdMs) : null,
  };
}

const ORDER = { exhausted: 0, burning: 1, met: 2, waiting: 3, "no-traffic": 4 } as const;

function byTrouble(a: ObjectiveView, b: ObjectiveView): number {
  return ORDER[a.status] - ORDER[b.status] || (a.budgetLeftPercent ?? 101) - (b.budgetLeftPercent ?? 101);
}
