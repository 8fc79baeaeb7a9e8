import * as fc from "fast-check";
import {
  dictionary,
  HEADERS,
  type Json,
  list,
  ORIGINS,
  PATHS,
  REGEXES,
  record,
  some,
  USERS,
} from "#server/envoy/testing/arbitrary-basics.ts";

const stringMatch = (texts: readonly string[], regexes: readonly string[]): fc.Arbitrary<Json> =>
  fc.oneof(
    record({ exact: fc.constantFrom(...texts) }),
    record({ prefix: fc.constantFrom(...texts.filter((text) => text !== ""), "j", "/a") }),
    record({ regex: fc.constantFrom(...regexes) }),
  );
const userMatch = fc.oneof(
  stringMatch(USERS.slice(0, 3), ["j.*", ".+", "(ann|j)", "ja[a-z]*", "[^,]*"]),
  fc.constant({}),
);

const match = record({
  uri: some(stringMatch(PATHS, REGEXES), 4),
  ignoreUriCase: some(fc.boolean()),
  method: some(stringMatch(["GET", "POST"], ["GET|PUT", "P.*"])),
  headers: some(dictionary(fc.constantFrom(...HEADERS), userMatch, { minKeys: 1, maxKeys: 2 })),
  withoutHeaders: some(dictionary(fc.constantFrom(...HEADERS), userMatch, { minKeys: 1, maxKeys: 1 })),
  queryParams: some(
    dictionary(fc.constantFrom("q", "r"), stringMatch(["1", "j", "a"], ["[0-9]+", "j?"]), { minKeys: 1, maxKeys: 2 }),
  ),
  authority: some(stringMatch(["reviews", "a.example.com"], ["reviews.*", ".*example.*"])),
  scheme: some(record({ exact: fc.constantFrom("http", "https") })),
});

const headerChanges = record({
  set: some(dictionary(fc.constantFrom("x-user", "x-set", "x-b"), fc.constantFrom("set", "1"), { maxKeys: 2 })),
  add: some(
    dictionary(fc.constantFrom("x-user", "x-add", "x-b"), fc.constantFrom("add", "2", "%REQ(x-user)%"), { maxKeys: 2 }),
  ),
  remove: some(list(fc.constantFrom("x-user", "x-b", "x-set"), 2, 1)),
});
const headerRules = record({ request: some(headerChanges, 2), response: some(headerChanges, 2) });

const percent = fc.constantFrom({ value: 100 }, { value: 0 }, { value: 40 });
const fault = record({
  abort: some(
    fc.oneof(
      record({ httpStatus: fc.constantFrom(500, 418, 503), percentage: percent }),
      record({ grpcStatus: fc.constantFrom("UNAVAILABLE", "PERMISSION_DENIED"), percentage: percent }),
    ),
    3,
  ),
  delay: some(record({ fixedDelay: fc.constant("0.003s"), percentage: percent })),
});
const cors = record({
  allowOrigins: list(stringMatch(ORIGINS, [".*", "https://.*"]), 2, 1),
  allowMethods: some(fc.constant(["GET", "POST"])),
  allowHeaders: some(fc.constant(["x-user"])),
  exposeHeaders: some(fc.constant(["x-b"])),
  maxAge: some(fc.constant("60s")),
  allowCredentials: some(fc.boolean()),
  unmatchedPreflights: some(fc.constantFrom("FORWARD", "IGNORE")),
});

const destination = fc.oneof(
  record({
    host: fc.constant("reviews"),
    subset: some(fc.constantFrom("v1", "v2", "v1", "none")),
    port: some(fc.constant({ number: 9080 })),
  }),
  record({ host: fc.constantFrom("ratings", "ext.example.com", "reviews.default.svc.cluster.local") }),
);
const routed = record({ destination, headers: some(headerRules) }).map((each) => [each]);
const split = fc
  .tuple(
    list(record({ destination, headers: some(headerRules) }), 3, 2),
    fc.constantFrom([50, 30, 20], [100, 0, 0], [1, 99, 0]),
  )
  .map(([all, weights]) => all.map((each, index) => ({ ...each, weight: weights[index] ?? 0 })));
const redirect = record({
  uri: some(fc.constantFrom("/new", "/new?x=1", "/")),
  authority: some(fc.constantFrom("b.example.com", "b.example.com:8443")),
  scheme: some(fc.constantFrom("https", "http")),
  redirectCode: some(fc.constantFrom(301, 302, 303, 307, 308)),
}).chain((base) =>
  fc.oneof(
    fc.constant(base),
    record({ port: fc.constantFrom(80, 443, 8080) }).map((port) => ({ ...base, ...port })),
    fc.constant({ ...base, derivePort: "FROM_REQUEST_PORT" }),
  ),
);
const rewrite = fc.oneof(
  record({
    uri: some(fc.constantFrom("/", "/new", "/new/"), 3),
    authority: some(fc.constantFrom("rewritten.example.com")),
  }),
  record({
    uriRegexRewrite: fc.constantFrom(
      { match: "/a(.*)", rewrite: "/z\\1" },
      { match: "[ab]", rewrite: "-" },
      { match: "^/([^/]*)/?(.*)$", rewrite: "/\\2/\\1" },
    ),
  }),
);

/** Copies change no answer; what is tried again may be answered by another instance, whose policies are others. */
const aside = record({
  timeout: some(fc.constantFrom("5s", "0s")),
  retries: some(
    record({
      attempts: fc.constantFrom(0, 1, 3),
      retryOn: some(
        fc.constantFrom("5xx", "403", "connect-failure,refused-stream", "gateway-error,503", "retriable-4xx"),
      ),
      backoff: fc.constant("1ms"),
    }).map(({ backoff, ...rest }) => (rest.attempts === 0 ? rest : { ...rest, backoff })),
  ),
  mirrors: some(
    fc.constantFrom(
      [{ destination: { host: "ratings" } }],
      [
        { destination: { host: "reviews", subset: "v1" }, percentage: { value: 50 } },
        { destination: { host: "ext.example.com" } },
      ],
    ),
  ),
});

/** One `http` of a VirtualService of the small mesh. */
export const httpRoute = fc
  .tuple(
    record({
      match: some(list(match, 2, 1), 5),
      headers: some(headerRules),
      fault: some(fault),
      corsPolicy: some(cors),
    }),
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(record({ route: fc.oneof(routed, split), rewrite: some(rewrite) }), some(aside))
          .map(([route, more]) => ({ ...route, ...more })),
      },
      { weight: 1, arbitrary: record({ redirect }) },
      {
        weight: 1,
        arbitrary: record({
          directResponse: fc.constantFrom(
            { status: 201 },
            { status: 404, body: { string: "no" } },
            { status: 302 },
            { status: 200 },
          ),
        }),
      },
    ),
  )
  .map(([common, action]) => {
    const all: Json = { ...common, ...action };
    // A fault or a rewrite beside a redirect is refused.
    if (all.redirect !== undefined || all.directResponse !== undefined) delete all.fault;
    return all;
  });
