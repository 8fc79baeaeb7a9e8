import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { followCall } from "#core/simulate/follow-call.ts";
import { makeSnapshot, type ProxyHeader } from "#server/envoy/testing/read-case.ts";
import { callOf, compileMesh } from "#server/envoy/testing/small-mesh.ts";

const APP = { name: "shop-0", labels: { app: "shop" }, account: "shop", ports: ["http:9000:19000"] };
const PROXY: ProxyHeader = {
  type: "sidecar",
  mode: "NONE",
  namespace: "default",
  name: "shop-0",
  labels: APP.labels,
  inbound: APP.ports,
};
const limited = (onLimit: string): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: tenants, namespace: default }
spec:
  rules:
    - name: tenant
      bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: Deny }
      limit: { amount: 1, per: 30s }
      onLimit: { ${onLimit} }
`;

const IN_A_PLAN = `
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: gold, namespace: default }
spec:
  consumers: [{ namespaces: [default] }]
  quotas: [{ name: own, spec: { amount: 5, period: { calendar: Day } } }]
  limits:
    - { name: other, rule: all, amount: 5 }
    - { name: own, spec: { rules: [{ name: a, limit: { amount: 1, per: 1s } }, { name: b, limit: { amount: 1, per: 1s } }] } }
`;

/** What the engine says of a request without the key, to the workload itself. */
const foretold = (onLimit: string, headers: Readonly<Record<string, string>> = {}) =>
  foretoldBy(limited(onLimit), headers);

function foretoldBy(limits: string, headers: Readonly<Record<string, string>> = {}, as?: string) {
  const snapshot = makeSnapshot(parseAllDocuments(limits), [APP]);
  const proxies = [{ header: PROXY, account: "shop", secrets: "" }];
  const mesh = compileMesh({ ...snapshot, proxies }, snapshot.resources, snapshot.mesh, 1);
  const asked = { to: 19000, method: "POST", path: "/", headers, ...(as === undefined ? {} : { as }) };
  const call = callOf(mesh, snapshot, asked);
  const { status, flags, response, hops } = followCall(call, { chance: () => false, pick: () => 0 }, true);
  return { status, flags, response, origins: hops.flatMap(({ steps }) => steps.flatMap(({ origins }) => origins)) };
}

test("what is written in a plan is told by its place there", () => {
  const { origins } = foretoldBy(IN_A_PLAN, {}, "default/web");
  const told = origins.flatMap(({ resource, path }) => (resource === "Plan/default/gold" ? (path ?? []) : []));
  expect(told).toEqual(["spec.limits[1].spec.rules[0]", "spec.limits[1].spec.rules[1]", "spec.quotas[0].spec"]);
});

test("the simulator answers what the rule says, as the proxy does", () => {
  expect(foretold("body: later")).toMatchObject({ status: 429, flags: "RL" });
  const other = foretold("status: 503, headers: { retry-after: '7', x-why: plan }");
  expect(other).toMatchObject({ status: 503, flags: "RL" });
  expect(other.response?.get("retry-after")).toBe("7");
  // What it lacks does not come back by waiting.
  expect([other.response?.has("ratelimit"), foretold("body: later").response?.has("retry-after")]).toEqual([
    false,
    false,
  ]);
  const grpc = foretold("status: 402", { "content-type": "application/grpc" });
  expect([grpc.status, grpc.response?.get("grpc-status")]).toEqual([200, "8"]);
});
