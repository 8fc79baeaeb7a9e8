import { AUTHORIZATION_RULE } from "#core/kinds/authorization-policy/schema.ts";
import { LIMIT_TARGETS } from "#core/kinds/policy-target.ts";
import { MATCH_LABELS } from "#core/kinds/workload-selector.ts";
import { OTHER_REFUSAL_STATUSES, REFUSAL_STATUS } from "#core/refusal-status.ts";
import type { Infer } from "#core/schema/field.ts";
import {
  described,
  explicit,
  integer,
  list,
  map,
  message,
  number,
  oneOf,
  refused,
  required,
  string,
} from "#core/schema/make-field.ts";
import { UNITS_MAX } from "#core/whole-units.ts";

export const BY_AGENT = "none: the agent decides it, as Envoy's rate-limit service";

const KEY = message({
  attribute: described(required(string("limit-key")), {
    envoy: "RateLimitConfig.Action.GenericKey.descriptor_value",
    doc: "What tells those apart who are counted each for themselves",
    hint: "source.principal, request.headers[x-tenant], request.auth.claims[sub], request.path, request.method or request.query[page]",
  }),
  prefixLength: described(explicit(integer(0, 128)), {
    envoy: BY_AGENT,
    doc: "Of source.ip and remote.ip: addresses of one range of this length are one",
  }),
  ranges: described(list(string("ip-or-cidr"), 0, 256), {
    envoy: BY_AGENT,
    doc: "Of source.ip and remote.ip: addresses of one of these are one, of the narrowest that has them; those of none lack the key",
  }),
  templates: described(list(string("path-template"), 0, 64), {
    envoy: BY_AGENT,
    doc: "Of request.path: all paths of one of these are one, of the first that they are of; those of none lack the key",
    hint: "/orders/{*} or /files/{**}",
  }),
  regex: described(string("regex"), {
    envoy: BY_AGENT,
    doc: "Of request.headers[…] and request.query[…]: what its first group takes tells apart, or all that it takes; where it takes nothing the key is lacking",
  }),
});

export const BUCKET = message({
  key: described(list(KEY, 0, 8), {
    envoy: BY_AGENT,
    doc: "Each combination of values has a bucket of its own; without it all requests share one",
  }),
  missing: described(oneOf(["Share", "Skip", "Deny"]), {
    envoy: BY_AGENT,
    doc: "What becomes of requests that have no value of the key",
    goesWith: { field: "key" },
    valueDocs: {
      Share: "they share one bucket, for all that have none",
      Skip: "this rule does not count them",
      Deny: "they are refused as if the bucket was empty",
    },
  }),
  keysMax: described(explicit(integer(1, 10_000_000)), {
    envoy: BY_AGENT,
    doc: "Buckets at a time; requests for more are refused, and the resource says so",
    default: 100_000,
  }),
});
export type RateLimitBucket = Infer<typeof BUCKET>;

const IN_TIME = { field: "unit", values: ["Requests", "Bytes"] } as const;

const LIMIT = message({
  amount: described(required(explicit(integer(1, UNITS_MAX))), {
    envoy: BY_AGENT,
    doc: "Units, of which a request costs one where `cost` says nothing else",
  }),
  per: described(string("duration"), {
    envoy: BY_AGENT,
    doc: "Without burst, no window of this length has more than the amount; required, but of Concurrent",
    goesWith: IN_TIME,
  }),
  burst: described(explicit(integer(1, UNITS_MAX)), {
    envoy: BY_AGENT,
    doc: "At most so many at once, and then as many as the amount in `per` comes to, evenly",
    goesWith: IN_TIME,
  }),
  unit: described(oneOf(["Requests", "Bytes", "Concurrent"]), {
    envoy: BY_AGENT,
    default: "Requests",
    doc: "What the amount is of",
    valueDocs: {
      Requests: "requests, or what they cost",
      Bytes:
        "bytes of requests and their responses: who begins while there are some left is let through, and charged when it has ended",
      Concurrent: "requests at a time, until their responses have ended",
    },
  }),
});

export const COST = message({
  request: described(explicit(integer(1, UNITS_MAX)), { envoy: BY_AGENT, default: 1 }),
  requestHeader: described(string("plain-header-name"), {
    envoy: "RateLimitConfig.Action.RequestHeaders.header_name",
    doc: "A whole number of units; what is none costs `request`",
  }),
  responseHeader: described(string("plain-header-name"), {
    envoy: "RateLimitConfig.HitsAddend.format",
    doc: "A whole number of units, charged when the response has ended; what is none costs as much as was known before",
  }),
  most: described(explicit(integer(1, UNITS_MAX)), {
    envoy: BY_AGENT,
    doc: "What a header may say at most: more is as much",
  }),
});

const RESERVE = message({
  name: described(required(string("label")), { envoy: BY_AGENT, doc: "What the class is called" }),
  match: described(list(AUTHORIZATION_RULE, 1, 64), {
    envoy: BY_AGENT,
    doc: "Requests that any of these match are of the class",
  }),
  share: described(required(explicit(number(0, 100))), {
    envoy: BY_AGENT,
    unit: "percent",
    doc: "Of the limit, what all others leave to this class",
  }),
});

const REFUND = message({
  statuses: described(required(list(string("response-status"), 1, 32)), {
    envoy: BY_AGENT,
    doc: "Responses that cost nothing: what was taken for them is given back",
  }),
});

export const ON_LIMIT = described(
  message({
    status: described(explicit(integer(400, 599)), {
      envoy: "ResponseMapper.status_code",
      default: REFUSAL_STATUS,
      hint: `${[REFUSAL_STATUS, ...OTHER_REFUSAL_STATUSES].sort().join(", ")}: a list, for each has a place in every listener`,
    }),
    body: described(string(undefined, 65_536), { envoy: BY_AGENT }),
    headers: described(map(string("header-value"), "answer-header-name", 32), {
      envoy: BY_AGENT,
    }),
    grpcStatus: refused("gRPC callers get RESOURCE_EXHAUSTED, whatever `status` others get: leave it out"),
  }),
  { envoy: BY_AGENT, doc: "What the refused are answered; gRPC callers get RESOURCE_EXHAUSTED" },
);

export type OnLimit = Infer<typeof ON_LIMIT>;

export const HEADERS = described(oneOf(["Standard", "XRateLimit", "Both", "Off"]), {
  envoy: BY_AGENT,
  default: "Standard",
  doc: "What callers are told of what is left: RateLimit and RateLimit-Policy, or X-RateLimit-*",
});

const RULE = message({
  name: described(required(string("label")), {
    envoy: BY_AGENT,
    doc: "The policy's name in the RateLimit fields, in statistics and for who is refused",
  }),
  match: described(list(AUTHORIZATION_RULE, 0, 64), {
    envoy: BY_AGENT,
    doc: "Requests that any of these match are counted; without it all are. The words are those of an AuthorizationPolicy",
  }),
  exempt: described(list(AUTHORIZATION_RULE, 0, 64), {
    envoy: BY_AGENT,
    doc: "Requests that any of these match are not counted, whatever matches them",
  }),
  bucket: described(BUCKET, { envoy: BY_AGENT, doc: "Who is counted together" }),
  limit: described(required(LIMIT), { envoy: BY_AGENT, doc: "How much there is" }),
  cost: described(COST, { envoy: BY_AGENT, doc: "What a request uses of it" }),
  refund: described(REFUND, { envoy: BY_AGENT, doc: "What of it comes back" }),
  reserve: described(list(RESERVE, 0, 3), {
    envoy: BY_AGENT,
    doc: "Parts of the limit that are each kept for a class of requests; the first that matches says of which one is",
  }),
  onLimit: ON_LIMIT,
});
export type RateLimitRule = Infer<typeof RULE>;

export const RATE_LIMIT = message({
  selector: described(MATCH_LABELS, {
    doc: "Workloads it protects; without it, and targetRefs, all of the namespace, or of the mesh where it is in the root namespace",
  }),
  ...LIMIT_TARGETS,
  mode: described(oneOf(["Enforce", "Shadow", "Off"]), {
    envoy: BY_AGENT,
    default: "Enforce",
    doc: "Whether requests that a rule does not admit are refused",
    valueDocs: {
      Enforce: "they are",
      Shadow: "they are counted and marked, and let through",
      Off: "nothing is counted",
    },
  }),
  enforcePercent: described(explicit(number(0, 100)), {
    envoy: BY_AGENT,
    unit: "percent",
    default: 100,
    doc: "Of requests, how many are refused where a rule does not admit them; all others are counted as in Shadow",
    goesWith: { field: "mode", values: ["Enforce"] },
  }),
  scope: described(oneOf(["Service", "Instance"]), {
    envoy: BY_AGENT,
    default: "Service",
    doc: "One budget for all proxies, or one for each",
  }),
  whenUncoordinated: described(oneOf(["Share", "Allow", "Deny"]), {
    envoy: BY_AGENT,
    default: "Share",
    doc: "What an agent does that does not reach the server, when its lease is over",
    goesWith: { field: "scope", values: ["Service"] },
    valueDocs: {
      Share: "it keeps to its part of the limit, of as many as there are",
      Allow: "it admits everything, and counts it",
      Deny: "it refuses everything",
    },
  }),
  headers: HEADERS,
  rules: described(required(list(RULE, 1, 64)), {
    envoy: BY_AGENT,
    doc: "All that match a request must admit it, and then it is charged to all; else to none",
  }),
});
export type RateLimitSpec = Infer<typeof RATE_LIMIT>;
