import { STRING_MATCH, STRING_MATCH_ABSENT, STRING_MATCH_OR_PRESENT } from "#core/kinds/string-match.ts";
import type { Infer } from "#core/schema/field.ts";
import { becomes, boolean, described, list, map, message, port, string } from "#core/schema/make-field.ts";

/** All of its conditions must hold. */
export const HTTP_MATCH = message({
  name: becomes("Route.name", string()),
  uri: becomes("RouteMatch.path, RouteMatch.prefix, RouteMatch.safe_regex", STRING_MATCH),
  ignoreUriCase: becomes("RouteMatch.case_sensitive", boolean()),
  scheme: becomes("RouteMatch.headers of :scheme", STRING_MATCH),
  method: becomes("RouteMatch.headers of :method", STRING_MATCH),
  authority: becomes("RouteMatch.headers of :authority", STRING_MATCH),
  headers: described(map(STRING_MATCH_OR_PRESENT, "match-header-name"), {
    envoy: "RouteMatch.headers; RouteMatch.dynamic_metadata for claims",
    note: "A header that comes several times is compared value by value: one that fits is enough",
  }),
  withoutHeaders: becomes("HeaderMatcher.invert_match", map(STRING_MATCH_ABSENT, "match-header-name")),
  queryParams: becomes("RouteMatch.query_parameters", map(STRING_MATCH_OR_PRESENT, "query-parameter-name")),
  port: becomes("none: in which port's route configuration the route stands", port()),
  sourceLabels: described(map(string("label-value"), "label-key"), {
    envoy: "none: which proxies get the route",
    doc: "Of the calling workload, not of the request",
    form: "label-pairs",
  }),
  sourceNamespace: becomes("none: which proxies get the route", string("namespace")),
  gateways: becomes("none: which proxies get the route", list(string("gateway-ref"))),
  statPrefix: described(string("header-text"), {
    envoy: "Route.stat_prefix",
    doc: "Under which the proxy counts what it matches",
  }),
});
export type HttpMatch = Infer<typeof HTTP_MATCH>;
