import type { TimePoint } from "#core/view/service-metrics.ts";

/** What limits select, and what they refused in a time. */
export interface LimitUseView {
  readonly stepMs: number;
  readonly limits: readonly UsedLimit[];
}

/** A RateLimit or Quota. */
export interface UsedLimit {
  readonly ref: string;
  readonly kind: "RateLimit" | "Quota";
  readonly namespace: string;
  readonly name: string;
  readonly mode: "Enforce" | "Shadow" | "Off";
  /** Each proxy has an amount of its own. */
  readonly isPerInstance: boolean;
  /** It in words. */
  readonly effect: string;
  /** `namespace/workload` of those that run and over which it stands; gateways are among `gateways` alone. */
  readonly workloads: readonly string[];
  readonly gateways: readonly string[];
  /** Hosts that these serve. */
  readonly services: readonly string[];
  /** Requests that came to these; whether a rule counts them is not known of them. */
  readonly requests: number;
  readonly arrivedPerSecond: readonly TimePoint[];
  readonly rules: readonly UsedRule[];
}

/** What became of requests. */
export interface CountedOutcomes<T> {
  /** Counted, and let through. */
  readonly admitted: T;
  /** Let through because it is only tried: it would have been refused. */
  readonly tried: T;
  readonly refused: T;
  /** Not counted: exempt. */
  readonly exempt: T;
}

export interface UsedRule extends CountedOutcomes<number> {
  /** Empty for a Quota, which is one. */
  readonly name: string;
  readonly words: string;
  readonly perSecond: CountedOutcomes<readonly TimePoint[]>;
  /** Who most was or would have been refused to first; of what a gateway told it, for who calls from outside has no name. */
  readonly callers: readonly CountedCaller[];
}

export interface CountedCaller extends CountedOutcomes<number> {
  /** `namespace/workload`; "unknown" where its certificate says nobody. */
  readonly workload: string;
  readonly isGateway: boolean;
}
