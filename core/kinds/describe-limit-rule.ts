import { joinWords } from "#core/kinds/join-words.ts";
import type { RateLimitRule } from "#core/kinds/rate-limit/schema.ts";

/** One rule of a RateLimit: "10 requests in 1s for each source.principal". */
export function describeLimitRule({ match = [], bucket, limit, cost }: RateLimitRule): string {
  const isCost = cost !== undefined;
  const unit = limit.unit === "Bytes" ? "byte" : isCost ? "unit" : "request";
  const units = `${limit.amount} ${match.length > 0 && !isCost ? "matching " : ""}${unit}${limit.amount === 1 ? "" : "s"}`;
  const burst = limit.burst === undefined ? "" : `, ${limit.burst} at once`;
  const key = (bucket?.key ?? []).map(describeKey);
  return `${units} ${lengthOf(limit)}${burst}${key.length === 0 ? "" : ` for each ${joinWords(key, "and")}`}`;
}

type KeyPart = NonNullable<NonNullable<RateLimitRule["bucket"]>["key"]>[number];

/** "in 10s", or "at a time". */
export const lengthOf = ({ per, unit }: RateLimitRule["limit"]): string =>
  unit === "Concurrent" ? "at a time" : `in ${per}`;

function describeKey({ attribute, prefixLength, ranges = [], templates = [], regex }: KeyPart): string {
  if (prefixLength !== undefined) return `/${prefixLength} of ${attribute}`;
  const parts = [...ranges, ...templates];
  if (parts.length > 0) return `${attribute} in ${joinWords(parts, "and")}`;
  return regex === undefined ? attribute : `${attribute} by ${regex}`;
}
