import { TRACE_FILTER } from "#core/xds/trace-filter.ts";
import { ExtensionWithMatcherSchema } from "#proto/gen/envoy/extensions/common/matching/v3/extension_matcher_pb.js";
import { SkipFilterSchema } from "#proto/gen/envoy/extensions/filters/common/matcher/action/v3/skip_action_pb.js";
import type { HttpFilterSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { HttpRequestHeaderMatchInputSchema } from "#proto/gen/envoy/type/matcher/v3/http_inputs_pb.js";
import type { Matcher_MatcherList_PredicateSchema } from "#proto/gen/xds/type/matcher/v3/matcher_pb.js";
import { TypedStructSchema } from "#proto/gen/xds/type/v3/typed_struct_pb.js";
import type { HttpFilter } from "#server/envoy/features/http-filter.ts";
import { type Init, pack, typed } from "#server/envoy/pack.ts";
import { chosenIds, DECIDED_FOR, DECIDING } from "#server/envoy/routes/traced-requests.ts";

type Predicate = Init<typeof Matcher_MatcherList_PredicateSchema>;

const run = (script: string) =>
  typed(TRACE_FILTER, TypedStructSchema, {
    typeUrl: "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
    value: { default_source_code: { filename: script } },
  });

/**
 * Gives traced requests their spans where there is no tracer. Of a called workload the routes switch it on for these alone, and the others
 * pay nothing; routes of callers are many and shared by all of them, so there the filter looks at each request and stands aside.
 */
export const traceContext: HttpFilter = {
  name: TRACE_FILTER,
  phase: "tap",
  inListener: (direction, { spans }) => {
    if (spans === undefined) return undefined;
    return direction === "inbound"
      ? { ...run(spans.script), disabled: true }
      : unlessUntraced(spans.script, spans.percent);
  },
};

function unlessUntraced(script: string, percent: number): Init<typeof HttpFilterSchema> {
  const skip = { name: "skip", typedConfig: pack(SkipFilterSchema, {}) };
  return typed(TRACE_FILTER, ExtensionWithMatcherSchema, {
    extensionConfig: { name: TRACE_FILTER, typedConfig: run(script).configType.value },
    xdsMatcher: {
      matcherType: {
        case: "matcherList",
        value: {
          matchers: [{ predicate: not(isTraced(percent)), onMatch: { onMatch: { case: "action", value: skip } } }],
        },
      },
    },
  });
}

/** What a request seldom has is looked for first: most are looked through once. */
function isTraced(percent: number): Predicate {
  const ids = chosenIds(percent);
  return any(
    ...DECIDING.map((header, index) =>
      all(holds(header, DECIDED_FOR[header]), ...DECIDING.slice(0, index).map(isAbsent)),
    ),
    all(
      any(
        isThere("x-client-trace-id"),
        isThere("x-envoy-force-trace"),
        ...(ids === undefined ? [] : [holds("x-request-id", ids)]),
      ),
      ...DECIDING.map(isAbsent),
    ),
  );
}

const isThere = (header: string): Predicate => holds(header, ".*");
const isAbsent = (header: string): Predicate => not(isThere(header));

/** A header that is there, and all of which matches. */
function holds(headerName: string, regex: string): Predicate {
  return {
    matchType: {
      case: "singlePredicate",
      value: {
        input: { name: headerName, typedConfig: pack(HttpRequestHeaderMatchInputSchema, { headerName }) },
        matcher: {
          case: "valueMatch",
          value: {
            matchPattern: { case: "safeRegex", value: { engineType: { case: "googleRe2", value: {} }, regex } },
          },
        },
      },
    },
  };
}

const not = (value: Predicate): Predicate => ({ matchType: { case: "notMatcher", value } });
const any = (...predicate: Predicate[]): Predicate => join("orMatcher", predicate);
const all = (...predicate: Predicate[]): Predicate => join("andMatcher", predicate);

/** Envoy takes no list of one. */
function join(how: "orMatcher" | "andMatcher", predicate: Predicate[]): Predicate {
  const [only] = predicate;
  if (only !== undefined && predicate.length === 1) return only;
  return { matchType: { case: how, value: { predicate } } };
}
