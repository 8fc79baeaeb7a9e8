import { joinWords } from "#core/kinds/join-words.ts";
import type { HttpRouteDestination } from "#core/kinds/virtual-service/http-route.ts";
import { sharesOf } from "#core/kinds/virtual-service/shares-of.ts";
import type { Draft } from "#core/schema/read-draft.ts";

/** Where a rule sends what it takes, with each destination's part: `to reviews v1 (90 %) and reviews v2 (10 %)`. */
export function describeShares(route: readonly Draft<HttpRouteDestination>[]): string {
  if (route.length === 0) return "nowhere yet";
  const shares = sharesOf(route);
  const named = route.flatMap(({ destination = {} }, index) => {
    const percent = shares[index]?.percent ?? 0;
    if (percent === 0) return [];
    return [percent === 100 ? nameOf(destination) : `${nameOf(destination)} (${percent} %)`];
  });
  return named.length === 0 ? "nowhere: no destination has a share" : `to ${joinWords(named, "and")}`;
}

/** `reviews v1` */
export function nameOf({ host = "", subset = "" }: { readonly host?: string; readonly subset?: string }): string {
  return `${host} ${subset}`.trim();
}
