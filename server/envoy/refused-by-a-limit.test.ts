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

/** What the engine says of a request without the key, to the workload itself. */
function foretold(onLimit: string, headers: Readonly<Record<string, string>> = {}) {
  const snapshot = makeSnapshot(parseAllDocuments(limited(onLimit)), [APP]);
  const proxies = [{ header: PROXY, account: "shop", secrets: "" }];
  const mesh = compileMesh({ ...snapshot, proxies }, snapshot.resources, snapshot.mesh, 1);
  const call = callOf(mesh, snapshot, { to: 19000, method: "POST", path: "/", headers });
  const { status, flags, response } = followCall(call, { chance: () => false, pick: () => 0 }, false);
  return { status, flags, response };
}

test("the simulator answers what the rule says, as the proxy does", () => {
  expect(foretold("body: later")).toMatchObject({ status: 429, flags: "RL" });
  const other = foretold("status: 503, headers: { retry-after: '7', x-why: plan }");
  expect(other).toMatchObject({ status: 503, flags: "RL" });
  expect(other.response?.get("retry-after")).toBe("7");
  // What it lacks does not come back by waiting.
  expect([other.response?.get("ratelimit"), foretold("body: later").response?.get("retry-after")]).toEqual(
    Array(2).fill(undefined),
  );
  const grpc = foretold("status: 402", { "content-type": "application/grpc" });
  expect([grpc.status, grpc.response?.get("grpc-status")]).toEqual([200, "8"]);
});
