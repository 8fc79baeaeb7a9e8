import { expect, test } from "vitest";
import { requestCase } from "#core/telemetry/testing/request-case.ts";
import { whyRequest } from "#core/telemetry/why-request.ts";

const CALLED = { reporter: "destination" } as const;
const ROUTED = { routeResource: "VirtualService/shop/web", routePath: "spec.http[1]" };

test.each([
  ["an answer of the application's", {}, []],
  [
    "a route's timeout",
    { responseFlags: "UT", responseCodeDetails: "response_timeout", ...ROUTED },
    ["route timeout spec.http[1].timeout"],
  ],
  [
    "a try's timeout",
    { responseFlags: "UT", responseCodeDetails: "upstream_per_try_timeout", ...ROUTED },
    ["per-try timeout spec.http[1].retries.perTryTimeout"],
  ],
  [
    "retries that were used up, and what the last failed of",
    { responseFlags: "UF,URX", responseCodeDetails: "upstream_reset", ...ROUTED },
    ["connection failed", "retries used up spec.http[1].retries.attempts"],
  ],
  [
    "a fault",
    { responseFlags: "FI", responseCodeDetails: "fault_filter_abort", ...ROUTED },
    ["aborted by a fault spec.http[1].fault.abort"],
  ],
  ["a flag that nobody knows", { responseFlags: "constructor" }, ["flag constructor"]],
  ["no route", { responseFlags: "NR", responseCodeDetails: "route_not_found" }, ["no route"]],
  [
    "a policy's rule",
    { responseCode: 403, deniedBy: "ns[shop]-policy[only-web]-rule[2]", policy: "AuthorizationPolicy/shop/only-web" },
    ["refused by AuthorizationPolicy/shop/only-web spec.rules[2]"],
  ],
  [
    "a limit, once",
    {
      responseCode: 429,
      responseFlags: "RL",
      deniedBy: "limit:shop/per-caller/burst",
      policy: "RateLimit/shop/per-caller/burst",
    },
    ["limited by RateLimit/shop/per-caller/burst rule burst"],
  ],
  [
    "a denial in words",
    { responseCode: 403, deniedBy: "none", policy: "no ALLOW policy matched" },
    ["no ALLOW policy matched"],
  ],
  ["the application's error", { responseCode: 500, ...CALLED }, ["the application's own answer"]],
  ["the same as its caller sees it", { responseCode: 500 }, ["the called end's answer"]],
  [
    "a direct answer",
    { responseCode: 404, responseCodeDetails: "direct_response", ...ROUTED },
    ["answered directly spec.http[1].directResponse"],
  ],
])("of %s", (_, differs, expected) => {
  const told = whyRequest(requestCase(differs)).map(({ title, refs }) =>
    [title, ...refs.map(({ path }) => path ?? "")].join(" "),
  );
  expect(told).toEqual(expected);
});
