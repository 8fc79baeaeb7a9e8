import { boolean, type FieldTable, map, noted, port, refused, string, under } from "#core/resource/field.ts";
import { STRING_MATCH, STRING_MATCH_ABSENT, STRING_MATCH_OR_PRESENT } from "#core/resource/fields/string-match.ts";

export const HTTP_MATCH: FieldTable = {
  name: string(),
  ...under("uri", STRING_MATCH),
  ignoreUriCase: boolean(),
  ...under("scheme", STRING_MATCH),
  ...under("method", STRING_MATCH),
  ...under("authority", STRING_MATCH),
  headers: noted(
    map("match-header-name"),
    "A header that comes several times is compared value by value: one that fits is enough",
  ),
  ...under("headers{}", STRING_MATCH_OR_PRESENT),
  withoutHeaders: map("match-header-name"),
  ...under("withoutHeaders{}", STRING_MATCH_ABSENT),
  queryParams: map("query-parameter-name"),
  ...under("queryParams{}", STRING_MATCH_OR_PRESENT),
  port: port(),
  sourceLabels: map("label-key"),
  "sourceLabels{}": string("label-value"),
  sourceNamespace: string("label"),
  "gateways[]": string("gateway-ref"),
  statPrefix: refused("proxies keep no statistics per route; use the request records"),
};
