import type { RouteRule } from "#core/resolve/route-rule.ts";

type Mirroring = Pick<RouteRule, "mirrorPercentage" | "mirrorPercent" | "mirror_percent">;

/** Which part of requests is copied to `mirror`; the older names hold where the newest is not there. Undefined: all. */
export function mirrorShare({
  mirrorPercentage,
  mirrorPercent,
  mirror_percent,
}: Mirroring): RouteRule["mirrorPercentage"] {
  if (mirrorPercentage !== undefined) return mirrorPercentage;
  const value = mirrorPercent ?? mirror_percent;
  return value === undefined ? undefined : { value };
}
