import { expect, test } from "vitest";
import { parseAccessEntry } from "#core/telemetry/access-entry.ts";
import { labelEntry } from "#mesh-agent/telemetry/label-entry.ts";
import { lineOf, OWN } from "#mesh-agent/telemetry/testing/lines.ts";

test.each([
  [
    "the last route of a sidecar that lets nothing else out",
    { c: 502, cd: "direct_response", rn: "block_all" },
    "own[block_all]",
  ],
  ["a direct response of a VirtualService", { c: 503, cd: "direct_response", rn: "down" }, "own[direct-response]"],
  ["no route", { c: 404, f: "NR", cd: "route_not_found" }, "own[no-route]"],
  ["a redirect, which is a direct response too", { c: 301, cd: "direct_response" }, ""],
  ["the application's own 404", { c: 404, cd: "via_upstream" }, ""],
  [
    "no route at a gateway, where strangers ask for what they like",
    { dir: "gateway", c: 404, cd: "route_not_found" },
    "",
  ],
  [
    "a token that is refused",
    { dir: "inbound", c: 401, cd: "jwt_authn_access_denied{Jwt_is_expired}" },
    "jwt[Jwt_is_expired]",
  ],
  [
    "what an external authorizer refused, with a code of its own",
    { dir: "inbound", c: 401, f: "UAEX", cd: "ext_authz_denied" },
    "authz[denied]",
  ],
  [
    "an external authorizer that nobody could ask",
    { dir: "inbound", c: 403, f: "UAEX", cd: "ext_authz_error" },
    "authz[error]",
  ],
  [
    "a connection that one refused",
    { dir: "inbound", m: null, pr: null, c: 0, cd: "ext_authz_denied" },
    "authz[denied]",
  ],
  ["a login that it sends callers to", { dir: "inbound", c: 302, f: "UAEX", cd: "ext_authz_denied" }, ""],
  ["a policy", { dir: "inbound", c: 403, cd: "rbac_access_denied_matched_policy[none]" }, "none"],
  [
    "a token's reason with anything in it",
    { dir: "inbound", c: 401, cd: "jwt_authn_access_denied{]-by[a/b,\u0000 x}" },
    "jwt[_-by_a_b_x]",
  ],
])("names what turned a request down: %s", (_, fields, deniedBy) => {
  const entry = parseAccessEntry(lineOf({ uc: null, ...fields }));
  if (entry === undefined) throw new Error("no line of the log");
  expect(labelEntry(entry, OWN).deniedBy).toBe(deniedBy);
});
