import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { type LimitOutcome, nameCountedRule, parseLimitCounts } from "#core/telemetry/limit-counts.ts";
import { nameLimitRefusal } from "#core/telemetry/limit-refusal.ts";

export interface LimitSaying {
  /** The rule as people are told it: `RateLimit/NAMESPACE/NAME/RULE` or `Quota/NAMESPACE/NAME`. */
  readonly id: string;
  readonly outcome: LimitOutcome;
}

/** What one set of labels says of rules. That one refused is told by every agent; all else only by those that tell what they counted. */
export function limitSayings({ deniedBy, limitedBy }: Pick<TrafficKey, "deniedBy" | "limitedBy">): LimitSaying[] {
  const [refusedBy] = nameLimitRefusal(deniedBy) ?? [];
  const counted = parseLimitCounts(limitedBy).flatMap(({ rule, outcome }) => {
    const id = nameCountedRule(rule);
    return id === undefined || outcome === "refused" ? [] : [{ id, outcome }];
  });
  return refusedBy === undefined ? counted : [{ id: refusedBy, outcome: "refused" }, ...counted];
}
