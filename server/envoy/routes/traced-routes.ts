import type { Any } from "@bufbuild/protobuf/wkt";
import { TRACE_FILTER } from "#core/xds/trace-filter.ts";
import {
  HeaderValueOption_HeaderAppendAction as Append,
  type HeaderValueOptionSchema,
} from "#proto/gen/envoy/config/core/v3/base_pb.js";
import {
  FilterConfigSchema,
  type HeaderMatcherSchema,
  type RouteMatchSchema,
  type RouteSchema,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { type Init, pack } from "#server/envoy/pack.ts";
import { beginOfIds, chosenIds, DECIDED_FOR, DECIDING } from "#server/envoy/routes/traced-requests.ts";

type RouteInit = Init<typeof RouteSchema>;
type HeaderMatch = Init<typeof HeaderMatcherSchema>;

const ALL: Init<typeof RouteMatchSchema> = { pathSpecifier: { case: "prefix", value: "/" } };
/** Switches the filter on that is there and stands aside. */
const TRACED: Record<string, Any> = { [TRACE_FILTER]: pack(FilterConfigSchema, { config: {} }) };

/**
 * An application that records traces of its own hears that its caller is in none: W3C's context with ids of the moment, and B3's word. Without
 * it each would begin one. Where it is added no such header is there; not to look costs less.
 */
const UNTRACED: readonly Init<typeof HeaderValueOptionSchema>[] = [
  ["traceparent", "00-%START_TIME(f0f0f0f0f0f0f%s%9f-%9f0000001)%-00"],
  ["x-b3-sampled", "0"],
].map(([key = "", value = ""]) => ({ header: { key, value }, appendAction: Append.APPEND_IF_EXISTS_OR_ADD }));

/**
 * The only route of a called workload's port, once for each way in which a request says that it is traced or not: most say nothing and are
 * found first; then what the caller has decided, in the order of who is believed first; then who asks for it; then so many percent of the others.
 */
export function tracedRoutes(route: RouteInit, percent: number): RouteInit[] {
  const where = (header: HeaderMatch): RouteInit => ({ ...route, match: { ...ALL, headers: [header] } });
  const traced = (header: HeaderMatch): RouteInit => ({ ...where(header), typedPerFilterConfig: TRACED });
  const ids = chosenIds(percent);
  const untraced = (headers: HeaderMatch[]): RouteInit => ({
    ...route,
    match: { ...ALL, headers },
    requestHeadersToAdd: [...UNTRACED],
  });
  const begin = beginOfIds(percent);
  const silent = [...DECIDING, "x-client-trace-id"].map(isAbsent);
  const notChosen = begin === undefined ? [] : [beginsOtherwise("x-request-id", begin)];
  return [
    ...(ids === undefined || begin !== undefined ? [untraced([...notChosen, ...silent])] : []),
    ...DECIDING.flatMap((name) => [traced(holds(name, DECIDED_FOR[name])), where(isThere(name))]),
    traced(isThere("x-client-trace-id")),
    ...(ids === undefined ? [] : [traced(holds("x-request-id", ids))]),
    untraced([]),
  ];
}

const isThere = (name: string): HeaderMatch => ({ name, headerMatchSpecifier: { case: "presentMatch", value: true } });

const isAbsent = (name: string): HeaderMatch => ({ ...isThere(name), invertMatch: true });

/** Of a header that is there: Envoy takes one that is not for no match. */
const beginsOtherwise = (name: string, prefix: string): HeaderMatch => ({
  name,
  headerMatchSpecifier: { case: "stringMatch", value: { matchPattern: { case: "prefix", value: prefix } } },
  invertMatch: true,
});

function holds(name: string, regex: string): HeaderMatch {
  return {
    name,
    headerMatchSpecifier: {
      case: "stringMatch",
      value: { matchPattern: { case: "safeRegex", value: { regex } } },
    },
  };
}
