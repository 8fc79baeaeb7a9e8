import { STRING_MATCH } from "#core/kinds/string-match.ts";
import { DESTINATION } from "#core/kinds/virtual-service/destination.ts";
import { HEADER_RULES } from "#core/kinds/virtual-service/header-rules.ts";
import { HTTP_FAULT } from "#core/kinds/virtual-service/http-fault.ts";
import { HTTP_MATCH } from "#core/kinds/virtual-service/http-match.ts";
import { PERCENT } from "#core/kinds/virtual-service/percent.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  becomes,
  boolean,
  described,
  explicit,
  integer,
  list,
  message,
  oneOf,
  oneOfTexts,
  port,
  required,
  string,
} from "#core/schema/make-field.ts";

const ROUTE_DESTINATION = message({
  destination: required(DESTINATION),
  weight: described(integer(), {
    envoy: "WeightedCluster.ClusterWeight.weight",
    doc: "Its share of the sum of all weights",
  }),
  headers: HEADER_RULES,
});
export type HttpRouteDestination = Infer<typeof ROUTE_DESTINATION>;

const REDIRECT = message(
  {
    uri: becomes("RedirectAction.path_redirect", string("header-text")),
    prefixRewrite: becomes("RedirectAction.prefix_rewrite", string("header-text")),
    authority: becomes("RedirectAction.host_redirect", string("header-text")),
    port: becomes("RedirectAction.port_redirect", explicit(port())),
    derivePort: described(oneOf(["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"]), {
      envoy: "RedirectAction.port_redirect",
      note: "FROM_REQUEST_PORT is the port of the service or of the Gateway, not one that a balancer in front has",
    }),
    scheme: becomes("RedirectAction.scheme_redirect", oneOfTexts(["http", "https"])),
    redirectCode: described(integer(301, 308), { envoy: "RedirectAction.response_code", default: 301 }),
  },
  { atMostOneOf: ["port", "derivePort"] },
);
export type HttpRedirect = Infer<typeof REDIRECT>;

const DIRECT_RESPONSE = message({
  status: becomes("DirectResponseAction.status", required(integer(200, 599))),
  body: message(
    {
      string: described(explicit(string(undefined, 1_048_576)), { envoy: "DirectResponseAction.body", form: "lines" }),
      bytes: described(explicit(string("base64", 1_400_000)), {
        envoy: "DirectResponseAction.body",
        doc: "The body in base64, at most 1 MiB of it",
      }),
    },
    { exactlyOneOf: ["string", "bytes"] },
  ),
});

const REWRITE = message({
  uri: becomes("RouteAction.prefix_rewrite", string("header-text")),
  authority: becomes("RouteAction.host_rewrite_literal", string("header-text")),
  uriRegexRewrite: becomes(
    "RouteAction.regex_rewrite",
    message({
      match: required(string("regex", 1024)),
      rewrite: required(string("header-value")),
    }),
  ),
});

export const RETRIES = message({
  // Not set it is 0 too: a `retries` that says no number switches retries off.
  attempts: described(explicit(integer()), {
    envoy: "RetryPolicy.num_retries",
    note: "0, or none where other fields of retries are: not tried again",
  }),
  perTryTimeout: becomes("RetryPolicy.per_try_timeout", string("duration")),
  retryOn: described(string("retry-on"), {
    envoy: "RetryPolicy.retry_on, RetryPolicy.retriable_status_codes",
    hint: "5xx, connect-failure, …",
    default: "connect-failure,refused-stream,unavailable,cancelled",
  }),
  retryRemoteLocalities: described(explicit(boolean()), {
    envoy: "RetryPolicy.retry_priority",
    doc: "After two attempts at the nearest instances the next ones are tried",
    note: "Where localityLbSetting orders instances by where they are",
  }),
  retryIgnorePreviousHosts: becomes("RetryPolicy.retry_host_predicate", explicit(boolean())),
  backoff: becomes("RetryPolicy.RetryBackOff.base_interval", string("duration")),
});
export type HttpRetry = Infer<typeof RETRIES>;

const MIRROR_CLUSTER = "RouteAction.RequestMirrorPolicy.cluster";
const MIRROR_SHARE = "RouteAction.RequestMirrorPolicy.runtime_fraction";
const OLD_MIRROR_SHARE = described(explicit(integer(0, 100)), {
  envoy: MIRROR_SHARE,
  unit: "percent",
  doc: "As mirrorPercentage.value, which is newer and wins",
});
const MIRROR = message({
  destination: becomes(MIRROR_CLUSTER, required(DESTINATION)),
  percentage: becomes(MIRROR_SHARE, PERCENT),
});

const CORS_POLICY = message({
  allowOrigins: becomes("CorsPolicy.allow_origin_string_match", list(STRING_MATCH)),
  allowOrigin: described(list(string("header-text")), {
    envoy: "CorsPolicy.allow_origin_string_match",
    doc: "Deprecated: whole origins, where allowOrigins names none",
  }),
  allowMethods: becomes("CorsPolicy.allow_methods", list(string("cors-method"))),
  allowHeaders: becomes("CorsPolicy.allow_headers", list(string("header-name-or-star"))),
  exposeHeaders: becomes("CorsPolicy.expose_headers", list(string("header-name-or-star"))),
  maxAge: becomes("CorsPolicy.max_age", string("duration-in-seconds")),
  allowCredentials: becomes("CorsPolicy.allow_credentials", explicit(boolean())),
  unmatchedPreflights: becomes(
    "CorsPolicy.forward_not_matching_preflights",
    oneOf(["UNSPECIFIED", "FORWARD", "IGNORE"]),
  ),
});

const DELEGATE = message({
  name: described(required(string()), {
    doc: "A VirtualService without hosts, whose routes stand in this one's place",
  }),
  namespace: described(string(), { default: "the VirtualService's own" }),
});

/** Exactly one of route, redirect, directResponse and delegate. */
export const HTTP_ROUTE = message({
  name: becomes("Route.name", string()),
  match: described(list(HTTP_MATCH), { envoy: "Route.match", doc: "Any of them; without one it matches everything" }),
  route: list(ROUTE_DESTINATION, 0, 256),
  redirect: REDIRECT,
  directResponse: DIRECT_RESPONSE,
  delegate: becomes("none: whose routes stand in its place", DELEGATE),
  rewrite: REWRITE,
  timeout: described(string("duration"), {
    envoy: "RouteAction.timeout, RouteAction.max_grpc_timeout",
    doc: "How long the whole request may take, with all its tries",
    hint: "such as 5s or 250ms; empty for none",
  }),
  retries: RETRIES,
  fault: HTTP_FAULT,
  mirror: becomes(MIRROR_CLUSTER, DESTINATION),
  mirrorPercentage: becomes(MIRROR_SHARE, PERCENT),
  mirrorPercent: OLD_MIRROR_SHARE,
  mirror_percent: OLD_MIRROR_SHARE,
  mirrors: list(MIRROR),
  corsPolicy: CORS_POLICY,
  headers: HEADER_RULES,
});
export type HttpRoute = Infer<typeof HTTP_ROUTE>;
