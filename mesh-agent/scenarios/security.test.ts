import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Call, Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const PEERS = (mode: string): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: ${mode} } }
`;
/** A policy for reviews in its own namespace. */
const POLICY = (spec: string, name = "policy"): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: default }
spec: { selector: { matchLabels: { app: reviews } }, ${spec} }
`;
const use = (...documents: string[]) => scenario.mesh.use([PEERS("STRICT"), ...documents].join("---"));
const deny = (rule: string) => use(POLICY(`action: DENY, rules: [${rule}]`));
const allow = (rule: string) => use(POLICY(`action: ALLOW, rules: [${rule}]`));

async function statuses(...calls: Call[]): Promise<number[]> {
  return (await Promise.all(calls.map((call) => scenario.call(call)))).map(({ status }) => status);
}

describe("AuthorizationPolicy", () => {
  test("paths: whole, prefix, suffix, one segment, the rest; the query is no part of them", async () => {
    await deny('{ to: [{ operation: { paths: [/whole, "/prefix*", "*.png", "/users/{*}/secret", "/tree/{**}"] } }] }');
    const denied = ["/whole", "/whole?a=b", "/prefix/x", "/a.png", "/users/7/secret", "/tree/a/b", "/a/../whole"];
    // Slashes are merged where the mesh says MERGE_SLASHES: what is behind may tell them apart.
    const passed = ["/wholesome", "/pre", "/a.pn", "/users/7/8/secret", "/users//secret/x", "/tree", "//whole"];
    expect(await statuses(...denied.map((path) => ({ path })))).toEqual(denied.map(() => 403));
    expect(await statuses(...passed.map((path) => ({ path })))).toEqual(passed.map(() => 200));
  });

  test("not… takes what none of the values names", async () => {
    await deny("{ to: [{ operation: { notMethods: [GET, HEAD] } }] }");
    expect(await statuses({ method: "GET" }, { method: "POST" }, { method: "DELETE" })).toEqual([200, 403, 403]);
  });

  test("DENY goes before ALLOW, and with an ALLOW what no rule takes is refused", async () => {
    await use(
      POLICY('action: ALLOW, rules: [{ to: [{ operation: { paths: ["/a*"] } }] }]'),
      POLICY("action: DENY, rules: [{ to: [{ operation: { paths: [/ab] } }] }]", "except"),
    );
    expect(await statuses({ path: "/a" }, { path: "/ab" }, { path: "/b" })).toEqual([200, 403, 403]);
  });

  test("an ALLOW without rules lets nobody in; with an empty rule everybody", async () => {
    await use(POLICY("action: ALLOW"));
    expect(await statuses({})).toEqual([403]);
    await allow("{}");
    expect(await statuses({})).toEqual([200]);
  });

  test("a service account without a namespace is one of the policy's namespace", async () => {
    await allow("{ from: [{ source: { serviceAccounts: [caller] } }] }");
    expect(await statuses({})).toEqual([200]);
    await allow("{ from: [{ source: { serviceAccounts: [other/caller] } }] }");
    expect(await statuses({})).toEqual([403]);
    await use(`
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: root, namespace: istio-system }
spec: { selector: { matchLabels: { app: reviews } }, rules: [{ from: [{ source: { serviceAccounts: [caller] } }] }] }
`);
    expect(await statuses({})).toEqual([403]);
  });

  test("principals and namespaces are those of the caller's certificate", async () => {
    await allow('{ from: [{ source: { principals: ["cluster.local/ns/default/sa/caller"] } }] }');
    expect(await statuses({})).toEqual([200]);
    await allow('{ from: [{ source: { principals: ["*/sa/caller"], notNamespaces: [default] } }] }');
    expect(await statuses({})).toEqual([403]);
  });

  test("a port is the application's, though the proxy listens on another", async () => {
    const { port } = scenario.apps["reviews-v1"];
    await use(
      POLICY(`action: DENY, rules: [{ to: [{ operation: { ports: ["${port}"] } }] }]`),
      `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - match: [{ uri: { prefix: /v1 } }]
      route: [{ destination: { host: reviews, subset: v1 } }]
    - route: [{ destination: { host: reviews, subset: v2 } }]
`,
    );
    expect(await statuses({ path: "/v1" }, { path: "/v2" })).toEqual([403, 200]);
  });

  test("conditions: headers, the caller's address, the server name of the connection", async () => {
    await deny('{ when: [{ key: "request.headers[x-user]", values: ["bad*"], notValues: [badger] }] }');
    const users = ["bad", "badly", "badger", "good"].map((user) => ({ headers: { "x-user": user } }));
    expect(await statuses(...users, {})).toEqual([403, 403, 200, 200, 200]);
    await deny("{ when: [{ key: source.ip, notValues: [127.0.0.0/8] }] }");
    expect(await statuses({})).toEqual([200]);
    await use(POLICY('action: DENY, rules: [{ when: [{ key: connection.sni, values: ["outbound_.9080_*"] }] }]'));
    // The listener is another one; open connections are drained to it.
    await eventually("a connection with the server name", async () =>
      (await scenario.call()).status === 403 ? true : undefined,
    );
  });

  test("on TCP a DENY holds without what only HTTP knows, and an ALLOW that needs HTTP takes nothing", async () => {
    expect((await scenario.callTcp()).status).toBe(200);
    await deny("{ to: [{ operation: { methods: [DELETE] } }] }");
    expect(await statuses({})).toEqual([200]);
    await eventually("TCP is refused", () =>
      scenario.callTcp().then(
        () => undefined,
        () => true as const,
      ),
    );
    await allow("{ to: [{ operation: { methods: [GET] } }] }");
    await eventually("TCP is refused", () =>
      scenario.callTcp().then(
        () => undefined,
        () => true as const,
      ),
    );
    await allow("{ from: [{ source: { principals: [cluster.local/ns/default/sa/caller] } }] }");
    await eventually("TCP passes", async () => ((await scenario.callTcp()).status === 200 ? true : undefined));
  });
});
