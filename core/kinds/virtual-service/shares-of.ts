import type { HttpRouteDestination } from "#core/kinds/virtual-service/http-route.ts";
import type { Draft } from "#core/schema/read-draft.ts";

export interface Share {
  /** As it counts: a lone destination has 100, an unset weight among several 0. Its part of the sum, not a percentage. */
  readonly weight: number;
  /** What it gets of the rule's requests, in percent to one decimal. */
  readonly percent: number;
}

/** Of each destination of a rule, in their order. */
export function sharesOf(route: readonly Draft<HttpRouteDestination>[]): Share[] {
  const weights = route.map(({ weight }) => weight ?? (route.length === 1 ? 100 : 0));
  const sum = weights.reduce((total, weight) => total + Math.max(0, weight), 0);
  return weights.map((weight) => ({
    weight,
    percent: route.length === 1 ? 100 : sum === 0 ? 0 : Math.round((1000 * Math.max(0, weight)) / sum) / 10,
  }));
}
