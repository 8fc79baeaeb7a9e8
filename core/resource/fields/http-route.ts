import {
  boolean,
  explicit,
  type FieldTable,
  integer,
  list,
  noted,
  number,
  object,
  oneOfValues,
  port,
  refused,
  required,
  string,
  under,
} from "#core/resource/field.ts";
import { DESTINATION } from "#core/resource/fields/destination.ts";
import { HEADER_RULES } from "#core/resource/fields/header-rules.ts";
import { HTTP_MATCH } from "#core/resource/fields/http-match.ts";
import { STRING_MATCH } from "#core/resource/fields/string-match.ts";

const PERCENT: FieldTable = { value: explicit(number(0, 100)) };

export const HTTP_ROUTE: FieldTable = {
  name: string(),
  ...under("match[]", HTTP_MATCH),

  route: list(0, 256),
  "route[].destination": required(object()),
  ...under("route[].destination", DESTINATION),
  "route[].weight": integer(),
  ...under("route[].headers", HEADER_RULES),

  redirect: object({ atMostOneOf: ["port", "derivePort"] }),
  "redirect.uri": string("header-text"),
  "redirect.prefixRewrite": string("header-text"),
  "redirect.authority": string("header-text"),
  "redirect.port": explicit(port()),
  "redirect.derivePort": noted(
    oneOfValues(["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"]),
    "FROM_REQUEST_PORT is the port of the service or of the Gateway, not one that a balancer in front has",
  ),
  "redirect.scheme": oneOfValues(["http", "https"]),
  "redirect.redirectCode": integer(301, 308),

  "directResponse.status": required(integer(200, 599)),
  "directResponse.body": object({ exactlyOneOf: ["string", "bytes"] }),
  "directResponse.body.string": explicit(string(undefined, 1_048_576)),
  "directResponse.body.bytes": refused("write the body as `string`"),

  delegate: refused("VirtualServices cannot delegate to each other yet; write the routes in one"),

  "rewrite.uri": string("header-text"),
  "rewrite.authority": string("header-text"),
  "rewrite.uriRegexRewrite.match": required(string("regex", 1024)),
  "rewrite.uriRegexRewrite.rewrite": required(string("header-value")),

  timeout: string("duration"),
  // Not set it is 0 too: a `retries` that says no number switches retries off.
  "retries.attempts": noted(explicit(integer()), "0, or none where other fields of retries are: not tried again"),
  "retries.perTryTimeout": string("duration"),
  "retries.retryOn": string("retry-on"),
  "retries.retryRemoteLocalities": refused("load balancing does not know localities yet"),
  "retries.retryIgnorePreviousHosts": explicit(boolean()),
  "retries.backoff": string("duration"),

  "fault.delay": object(),
  "fault.delay.fixedDelay": required(string("duration")),
  "fault.delay.exponentialDelay": refused("Istio refuses it too; use fixedDelay"),
  "fault.delay.percent": refused("deprecated in Istio; use percentage.value"),
  ...under("fault.delay.percentage", PERCENT),
  "fault.abort": object({ exactlyOneOf: ["httpStatus", "grpcStatus", "http2Error"] }),
  "fault.abort.httpStatus": explicit(integer(200, 599)),
  "fault.abort.grpcStatus": explicit(string("grpc-status")),
  "fault.abort.http2Error": refused("Istio refuses it too; use httpStatus or grpcStatus"),
  ...under("fault.abort.percentage", PERCENT),

  ...under("mirror", DESTINATION),
  ...under("mirrorPercentage", PERCENT),
  mirrorPercent: refused("deprecated in Istio; use mirrorPercentage.value"),
  mirror_percent: refused("deprecated in Istio; use mirrorPercentage.value"),
  "mirrors[].destination": required(object()),
  ...under("mirrors[].destination", DESTINATION),
  ...under("mirrors[].percentage", PERCENT),

  ...under("corsPolicy.allowOrigins[]", STRING_MATCH),
  "corsPolicy.allowOrigin": refused("deprecated in Istio; use allowOrigins with `exact`"),
  "corsPolicy.allowMethods[]": string("cors-method"),
  "corsPolicy.allowHeaders[]": string("header-name-or-star"),
  "corsPolicy.exposeHeaders[]": string("header-name-or-star"),
  "corsPolicy.maxAge": string("duration"),
  "corsPolicy.allowCredentials": explicit(boolean()),
  "corsPolicy.unmatchedPreflights": oneOfValues(["UNSPECIFIED", "FORWARD", "IGNORE"]),

  ...under("headers", HEADER_RULES),
};
