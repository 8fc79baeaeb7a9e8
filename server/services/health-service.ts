import type { Tolerance, TolerancesOf } from "#core/graph/tolerance.ts";
import { DEFAULT_TOLERANCES } from "#core/graph/tolerance.ts";
import type { HealthSubject } from "#core/resolve/health-tolerances.ts";
import type { TolerancesView } from "#core/view/health.ts";
import type { Services } from "#server/services/services.ts";
import type { HealthStore } from "#server/watch/health-store.ts";

export interface HealthServiceOptions {
  readonly store: Pick<HealthStore, "current" | "history">;
  /** By what health is judged now. */
  readonly tolerances: () => TolerancesOf;
  readonly now?: () => number;
}

/** Health as it was judged in the background, and by what. */
export function createHealthService({ store, tolerances, now = Date.now }: HealthServiceOptions): Services["health"] {
  return {
    current: () => store.current(),
    history({ subject, seconds }) {
      const toMs = now();
      return store.history(subject, toMs - seconds * 1000, toMs);
    },
    tolerances: (subject) =>
      toView(subject === undefined ? DEFAULT_TOLERANCES : tolerances()(subject as HealthSubject)),
  };
}

function toView(tolerances: readonly Tolerance[]): TolerancesView {
  return {
    ref: tolerances[0]?.ref ?? null,
    tolerances: tolerances.map(({ short, protocols = [], direction = "inbound", degradedPercent, failurePercent }) => ({
      ...{ counted: short, protocols, direction, degradedPercent, failurePercent },
    })),
  };
}
