import type { HealthStatus } from "#core/graph/graph.ts";

/** A time in which somebody's health was the same. */
export interface HealthRun {
  readonly sinceMs: number;
  /** As far as was looked; a later run begins where health is another, or is known again. */
  readonly untilMs: number;
  readonly status: HealthStatus;
  /** As it was told first. */
  readonly reason: string;
  readonly cause: string | null;
}

/** `service HOST`, `workload NAMESPACE/NAME`, `app NAMESPACE/NAME` or `namespace NAME`. */
export interface SubjectHealth extends HealthRun {
  readonly subject: string;
}

/** By what the health of somebody is judged. */
export interface TolerancesView {
  /** The resource that says so; null for the defaults. */
  readonly ref: string | null;
  readonly tolerances: readonly {
    readonly counted: string;
    /** Empty: all. */
    readonly protocols: readonly string[];
    readonly direction: string;
    readonly degradedPercent: number;
    readonly failurePercent: number;
  }[];
}
