/** Requests between two ends over a time. */
export interface TrafficFigures {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** 5xx, gRPC errors and no answer, in percent. */
  readonly failedPercent: number;
  /** By policies, limits and mTLS, in percent. */
  readonly refusedPercent: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** From an application to a service, before and after a change that bears on it. */
export interface ComparedTraffic {
  /** `namespace/app`, or "unknown". */
  readonly caller: string;
  /** Host. */
  readonly called: string;
  readonly before: TrafficFigures;
  readonly after: TrafficFigures;
}

/** What of it is another than before by more than chance. */
export interface EffectFinding {
  readonly figure: "failed" | "refused" | "p95" | "p50" | "rate";
  readonly caller: string;
  readonly called: string;
  readonly before: number;
  readonly after: number;
  /** Null where it is neither better nor worse. */
  readonly isWorse: boolean | null;
}

/** A revision as it stands on charts, in lists of what changed, and on traces. */
export interface ChangeMark {
  readonly revision: number;
  readonly atMs: number;
  readonly author: string;
  readonly reason: string;
  /** The first of what it changed, and of how many. */
  readonly refs: readonly string[];
  readonly changed: number;
  /** As far as they are measured; see RevisionEffect. */
  readonly findings: readonly EffectFinding[];
  /** Whether it bears on the service that was asked about; null where none was. */
  readonly bears: boolean | null;
}

/** Of a revision: what is measured, or when it will be. */
export interface EffectView {
  readonly effect: RevisionEffect | null;
  /** The time after it is not over: figures are of what there was of it, and of as much before. */
  readonly isSoFar: boolean;
  /** ISO time from which on it is whole; null where it is, or never will be. */
  readonly wholeAt: string | null;
}

/** What was measured of all that a revision bears on, over equal times before and after it. */
export interface RevisionEffect {
  readonly revision: number;
  /** ISO times: before ends and after begins at the ten seconds in which it was written. */
  readonly beforeStart: string;
  readonly beforeEnd: string;
  readonly afterStart: string;
  readonly afterEnd: string;
  /** The most telling first. */
  readonly findings: readonly EffectFinding[];
  /** Those with most requests first; no more than fifty. */
  readonly traffic: readonly ComparedTraffic[];
  readonly trafficCount: number;
  /** Other revisions in these times that bear on some of it: what is another may be theirs. */
  readonly others: readonly number[];
  /** Why nothing can be said; null where something can: "no requests", "too few requests", "no requests before it". */
  readonly silence: string | null;
}
