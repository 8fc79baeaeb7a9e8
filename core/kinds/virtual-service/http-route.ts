import { STRING_MATCH } from "#core/kinds/string-match.ts";
import { DESTINATION } from "#core/kinds/virtual-service/destination.ts";
import { HEADER_RULES } from "#core/kinds/virtual-service/header-rules.ts";
import { HTTP_FAULT } from "#core/kinds/virtual-service/http-fault.ts";
import { HTTP_MATCH } from "#core/kinds/virtual-service/http-match.ts";
import { PERCENT } from "#core/kinds/virtual-service/percent.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  boolean,
  described,
  explicit,
  integer,
  list,
  message,
  oneOf,
  oneOfTexts,
  port,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";

const ROUTE_DESTINATION = message({
  destination: required(DESTINATION),
  weight: described(integer(), { doc: "Its share of the sum of all weights" }),
  headers: HEADER_RULES,
});
export type HttpRouteDestination = Infer<typeof ROUTE_DESTINATION>;

const REDIRECT = message(
  {
    uri: string("header-text"),
    prefixRewrite: string("header-text"),
    authority: string("header-text"),
    port: explicit(port()),
    derivePort: described(oneOf(["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"]), {
      note: "FROM_REQUEST_PORT is the port of the service or of the Gateway, not one that a balancer in front has",
    }),
    scheme: oneOfTexts(["http", "https"]),
    redirectCode: described(integer(301, 308), { default: 301 }),
  },
  { atMostOneOf: ["port", "derivePort"] },
);
export type HttpRedirect = Infer<typeof REDIRECT>;

const DIRECT_RESPONSE = message({
  status: required(integer(200, 599)),
  body: message(
    {
      string: described(explicit(string(undefined, 1_048_576)), { form: "lines" }),
      bytes: refused("write the body as `string`"),
    },
    { exactlyOneOf: ["string", "bytes"] },
  ),
});

const REWRITE = message({
  uri: string("header-text"),
  authority: string("header-text"),
  uriRegexRewrite: message({
    match: required(string("regex", 1024)),
    rewrite: required(string("header-value")),
  }),
});

export const RETRIES = message({
  // Not set it is 0 too: a `retries` that says no number switches retries off.
  attempts: described(explicit(integer()), { note: "0, or none where other fields of retries are: not tried again" }),
  perTryTimeout: string("duration"),
  retryOn: described(string("retry-on"), {
    hint: "5xx, connect-failure, …",
    default: "connect-failure,refused-stream,unavailable,cancelled",
  }),
  retryRemoteLocalities: refused("load balancing does not know localities yet"),
  retryIgnorePreviousHosts: explicit(boolean()),
  backoff: string("duration"),
});
export type HttpRetry = Infer<typeof RETRIES>;

const MIRROR = message({ destination: required(DESTINATION), percentage: PERCENT });

const CORS_POLICY = message({
  allowOrigins: list(STRING_MATCH),
  allowOrigin: refused("deprecated in Istio; use allowOrigins with `exact`"),
  allowMethods: list(string("cors-method")),
  allowHeaders: list(string("header-name-or-star")),
  exposeHeaders: list(string("header-name-or-star")),
  maxAge: string("duration-in-seconds"),
  allowCredentials: explicit(boolean()),
  unmatchedPreflights: oneOf(["UNSPECIFIED", "FORWARD", "IGNORE"]),
});
export type CorsPolicy = Infer<typeof CORS_POLICY>;

const DELEGATE = message({
  name: described(required(string()), {
    doc: "A VirtualService without hosts, whose routes stand in this one's place",
  }),
  namespace: described(string(), { default: "the VirtualService's own" }),
});

/** Exactly one of route, redirect, directResponse and delegate. */
export const HTTP_ROUTE = message({
  name: string(),
  match: described(list(HTTP_MATCH), { doc: "Any of them; without one it matches everything" }),
  route: list(ROUTE_DESTINATION, 0, 256),
  redirect: REDIRECT,
  directResponse: DIRECT_RESPONSE,
  delegate: DELEGATE,
  rewrite: REWRITE,
  timeout: described(string("duration"), {
    doc: "How long the whole request may take, with all its tries",
    hint: "such as 5s or 250ms; empty for none",
  }),
  retries: RETRIES,
  fault: HTTP_FAULT,
  mirror: DESTINATION,
  mirrorPercentage: PERCENT,
  mirrorPercent: refused("deprecated in Istio; use mirrorPercentage.value"),
  mirror_percent: refused("deprecated in Istio; use mirrorPercentage.value"),
  mirrors: list(MIRROR),
  corsPolicy: CORS_POLICY,
  headers: HEADER_RULES,
});
export type HttpRoute = Infer<typeof HTTP_ROUTE>;
