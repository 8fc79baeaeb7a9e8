import { expect, test } from "vitest";
import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import { readLimits } from "#core/resolve/rate-limits.ts";
import { limitedAttributes } from "#server/envoy/features/limited-attributes.ts";
import { api } from "#server/envoy/testing/random-draw.ts";

const ALWAYS = [":authority", ":method", ":path"];
const LIMIT = { amount: 10, per: "1s" };

function attributesOf(rule: object) {
  const limit = api("RateLimit", "limits.pharos.dev", "r", "default", {
    rules: [{ name: "a", limit: LIMIT, ...rule }],
  });
  if (limit.kind !== "RateLimit") throw new Error("not a RateLimit");
  const { headers, entries } = limitedAttributes(readLimits([limit]));
  return { headers: headers.filter((name) => !ALWAYS.includes(name)), entries };
}
const keyed = (attribute: string) => ({ bucket: { key: [{ attribute }], missing: "Skip" } });
const from = (source: object): { match: AuthorizationRule[] } => ({ match: [{ from: [{ source }] }] });
const when = (key: string): { match: AuthorizationRule[] } => ({
  match: [{ when: [{ key, values: [key.endsWith(".ip") ? "10.0.0.1" : "a"] }] }],
});
const CLIENT = ["client", "peer", "remote"];

test.each<[string, object, { headers?: string[]; entries?: string[] }]>([
  ["nothing but what each request has", {}, {}],
  ["a header, in lower case", keyed("request.headers[X-Tenant]"), { headers: ["x-tenant"] }],
  ["a cost's header", { cost: { requestHeader: "X-Cost", most: 9 } }, { headers: ["x-cost"] }],
  ["a claim", keyed("request.auth.claims[plan]"), { entries: ["claims"] }],
  ["a principal of a token", from({ requestPrincipals: ["*"] }), { entries: ["claims"] }],
  ["none of its tokens", from({ notRequestPrincipals: ["a"] }), { entries: ["claims"] }],
  ["a certificate", keyed("source.principal"), { entries: ["peer"] }],
  ["a service account", from({ serviceAccounts: ["a"] }), { entries: ["peer"] }],
  ["none of some namespaces", from({ notNamespaces: ["a"] }), { entries: ["peer"] }],
  ["who connects", { bucket: { key: [{ attribute: "source.ip" }] } }, { entries: ["remote"] }],
  ["who does not connect", from({ notIpBlocks: ["10.0.0.0/8"] }), { entries: ["remote"] }],
  ["the client, and who says so", { bucket: { key: [{ attribute: "remote.ip" }] } }, { entries: CLIENT }],
  ["who is not the client", from({ notRemoteIpBlocks: ["10.0.0.0/8"] }), { entries: CLIENT }],
  ["where it was going", when("destination.ip"), { entries: ["local"] }],
  ["a server name", when("connection.sni"), { entries: ["serverName"] }],
  ["what is exempt", { exempt: when("request.headers[x-probe]").match }, { headers: ["x-probe"] }],
  [
    "what a reserved share is for",
    { reserve: [{ name: "gold", share: 10, ...when("request.auth.claims[plan]") }] },
    { entries: ["claims"] },
  ],
])("a rule is told of a request: %s", (_, rule, { headers = [], entries = [] }) => {
  expect(attributesOf(rule)).toEqual({ headers, entries });
});
