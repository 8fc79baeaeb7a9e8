import type { Comparison, Difference } from "#testing/oracle/area.ts";
import { diff } from "#testing/oracle/diff.ts";
import { describeRoute } from "#testing/oracle/envoy/describe-route.ts";
import { findRoute, findVirtualHost, type HttpRequest } from "#testing/oracle/envoy/find-route.ts";
import type { Built } from "#testing/oracle/istio.ts";
import { at, type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

export interface Place {
  readonly proxy: string;
  /** For people: "port 80". */
  readonly at: string;
}

const NO_HTTP = "no HTTP";

/** Each request at each place, through the route configuration that each side has there; undefined is no HTTP. */
export function compareAnswers<P extends Place>(
  places: readonly P[],
  requests: readonly HttpRequest[],
  routesAt: (place: P, built: Readonly<Record<string, Built>>, request: HttpRequest) => Json,
  ours: Readonly<Record<string, Built>>,
  theirs: Readonly<Record<string, Built>>,
): Comparison {
  const differences = new Map<string, Difference>();
  let compared = 0;
  for (const place of places) {
    for (const request of requests) {
      const [here, there] = [ours, theirs].map((built) => answer(routesAt(place, built, request), request));
      // Where neither side listens there is nothing to compare.
      if (here === NO_HTTP && there === NO_HTTP) continue;
      compared += 1;
      const targets = [here, there].map(targetOf);
      const found = targets[0] === targets[1] ? diff(here, there) : [`here ${targets[0]}, in Istio ${targets[1]}`];
      for (const what of found) {
        const where = `${place.proxy} ${place.at} ${request.method} ${request.host}${request.path} ${JSON.stringify(request.headers)}`;
        // Of each host apart: what explains it for one does not for another.
        const of = `${place.proxy} ${place.at} ${request.host} ${what}`;
        if (!differences.has(of)) differences.set(of, { where, what });
      }
    }
  }
  return { compared, differences: [...differences.values()] };
}

/** Who answers, in a word: where that differs, nothing else of it is worth comparing. */
function targetOf(answered: Json): string {
  if (typeof answered === "string") return answered;
  if (at(answered, "redirect") !== undefined) return "a redirect";
  if (at(answered, "directResponse") !== undefined)
    return `the route itself with ${numberAt(answered, "directResponse", "status")}`;
  const weighted = listAt(answered, "route", "weightedClusters").map((each) => textAt(each, "name"));
  return weighted.length > 0 ? weighted.join(" or ") : String(textAt(answered, "route", "cluster"));
}

function answer(config: Json, request: HttpRequest): Json {
  if (config === undefined) return NO_HTTP;
  const host = findVirtualHost(config, request.host);
  return describeRoute(host, findRoute(host, request));
}
