import { STRING_MATCH, STRING_MATCH_ABSENT, STRING_MATCH_OR_PRESENT } from "#core/kinds/string-match.ts";
import type { Infer } from "#core/schema/field.ts";
import { boolean, described, list, map, message, port, string } from "#core/schema/make-field.ts";

/** All of its conditions must hold. */
export const HTTP_MATCH = message({
  name: string(),
  uri: STRING_MATCH,
  ignoreUriCase: boolean(),
  scheme: STRING_MATCH,
  method: STRING_MATCH,
  authority: STRING_MATCH,
  headers: described(map(STRING_MATCH_OR_PRESENT, "match-header-name"), {
    note: "A header that comes several times is compared value by value: one that fits is enough",
  }),
  withoutHeaders: map(STRING_MATCH_ABSENT, "match-header-name"),
  queryParams: map(STRING_MATCH_OR_PRESENT, "query-parameter-name"),
  port: port(),
  sourceLabels: described(map(string("label-value"), "label-key"), {
    doc: "Of the calling workload, not of the request",
    form: "label-pairs",
  }),
  sourceNamespace: string("namespace"),
  gateways: list(string("gateway-ref")),
  statPrefix: described(string("header-text"), { doc: "Under which the proxy counts what it matches" }),
});
export type HttpMatch = Infer<typeof HTTP_MATCH>;
