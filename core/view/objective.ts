import type { Burn } from "#core/objectives/judge-objective.ts";
import type { TimePoint } from "#core/view/service-metrics.ts";

export interface ObjectiveView {
  readonly ref: string;
  readonly namespace: string;
  readonly name: string;
  /** In a line. */
  readonly effect: string;
  readonly description: string;
  /** Whether it is about some requests alone, which proxies tell apart from when it was asked for. */
  readonly isOfSome: boolean;
  /** Where it is about a service. */
  readonly host: string | null;
  /** Percent. */
  readonly target: number;
  /** "waiting": it was not counted yet. */
  readonly status: "met" | "burning" | "exhausted" | "no-traffic" | "waiting";
  readonly at: string | null;
  readonly since: string | null;
  readonly total: number;
  readonly bad: number;
  /** Percent of good requests; null where there were none. */
  readonly goodPercent: number | null;
  /** Percent, below 0 where more failed than may. */
  readonly budgetLeftPercent: number | null;
  readonly burns: readonly Burn[];
  /** Of a latency: the threshold as it is counted. */
  readonly countedMs: number | null;
}

export interface ObjectiveDetail extends ObjectiveView {
  /** As it would have stood at each time, by what the objective says now. */
  readonly budgetLeft: readonly TimePoint[];
  /** Percent of requests that were not good, in each part of the time. */
  readonly badPercent: readonly TimePoint[];
  readonly stepMs: number;
}
