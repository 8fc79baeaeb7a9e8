import type { CountingRule } from "#core/rate-limit/counting-rule.ts";

/** A request that has ended, or as far as it has come. */
export interface EndedRequest {
  /** 0 where there is no response yet. */
  readonly status: number;
  /** Of the request and its response. */
  readonly bytes: number;
  /** What headers of the response say that it cost, by name. */
  readonly told: ReadonlyMap<string, number>;
}

type Costing = Pick<CountingRule<unknown>, "unit" | "cost" | "refunds">;

/** Whether what a request costs is known only when it has ended. */
export const isCostedLate = ({ unit, cost, refunds }: Costing): boolean =>
  unit !== "Requests" || cost.responseHeader !== undefined || refunds.length > 0;

/** Whether that may be more than it was let through for. */
export const mayCostMore = ({ unit, cost }: Costing): boolean => unit === "Bytes" || cost.responseHeader !== undefined;

/** What a request cost in the end that was let through for `taken`. Of one whose end nobody told, what was known before. */
export function finalCost({ unit, cost, refunds }: Costing, taken: number, ended: EndedRequest | undefined): number {
  // It is over, and was never more than a place that it held.
  if (unit === "Concurrent") return 0;
  if (ended === undefined) return taken;
  if (refunds.some(({ from, to }) => ended.status >= from && ended.status <= to)) return 0;
  if (unit === "Bytes") return ended.bytes;
  const told = cost.responseHeader === undefined ? undefined : ended.told.get(cost.responseHeader);
  return told === undefined ? taken : Math.min(Math.floor(told), cost.most);
}

/** What a request has cost so far that was let through for `taken`: bytes that came and went. It never goes back in the end. */
export function costSoFar(rule: Costing, taken: number, soFar: EndedRequest): number {
  // Whether it is refunded its response will tell.
  const isUncertain = rule.refunds.length > 0 && soFar.status === 0;
  return rule.unit === "Bytes" && !isUncertain ? Math.max(taken, finalCost(rule, taken, soFar)) : taken;
}
