/** A rule of a RateLimit, or a Quota; for who has a plan it is another one. */
export interface LimitRuleView {
  /** Stands for the rule in questions about its consumers. */
  readonly id: string;
  readonly kind: "RateLimit" | "Quota";
  readonly namespace: string;
  readonly name: string;
  /** Of a RateLimit; empty for a Quota. */
  readonly rule: string;
  readonly plan: string | null;
  readonly isShadow: boolean;
  /** What tells consumers apart, in the words of conditions; none: all are one. */
  readonly key: readonly string[];
  readonly amount: number;
  /** What the amount is of. */
  readonly unit: "Requests" | "Bytes" | "Concurrent";
  /** In words: "10 s", "a month (UTC)". */
  readonly period: string;
  readonly over: "Deny" | "Throttle" | "Notify";
  readonly soft: readonly number[];
  /** Consumers of whom something is known now. */
  readonly consumers: number;
  /** Instances over which it stands. */
  readonly members: number;
}

/** What one consumer has of a rule. */
export interface ConsumerView {
  /** Stands for both in questions and changes. */
  readonly key: string;
  /** Of `LimitRuleView`. */
  readonly limit: string;
  readonly kind: LimitRuleView["kind"];
  /** As people read it: values of the key, with "-" for one that is missing. Empty where all are one. */
  readonly subject: string;
  readonly amount: number;
  readonly used: number;
  /** Given to agents, and not told to be used. */
  readonly held: number;
  readonly left: number;
  /** From the period before, and by people; 0 of RateLimits. */
  readonly carried: number;
  readonly added: number;
  /** Of the period; null where there is none. */
  readonly startsAt: string | null;
  readonly endsAt: string | null;
}

export interface LedgerPeriodView {
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly amount: number;
  readonly used: number;
  readonly carried: number;
  readonly added: number;
}

export interface LedgerChangeView {
  readonly at: string;
  readonly what: "draw" | "top-up" | "reset";
  readonly units: number;
  /** Used of the period after it. */
  readonly used: number;
  readonly held: number;
  /** The agent, `namespace/name RUN`, or who did it. */
  readonly author: string;
  readonly reason: string;
}

export interface ConsumerDetail extends ConsumerView {
  /** The latest first; none of RateLimits. */
  readonly periods: readonly LedgerPeriodView[];
  readonly changes: readonly LedgerChangeView[];
}
