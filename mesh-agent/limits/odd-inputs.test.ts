import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import { RawConnection } from "#testing/raw-connection.ts";
import { type Call, Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  // The test is the balancer in front of the gateway.
  scenario = await Scenario.open(cleanup, { ...DEFAULT_PROXY_SETTINGS, numTrustedProxies: 1 });
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const LIMIT = (rules: string, spec = "", name = "limit"): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: ${name}, namespace: default }
spec: { selector: { matchLabels: { app: reviews } }, ${spec} rules: [${rules}] }
`;
const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: istio-system }
spec:
  hosts: [shop.example.com]
  gateways: [shop]
  http:
    - name: pay
      match: [{ uri: { prefix: /pay } }]
      route: [{ destination: { host: reviews.default.svc.cluster.local, port: { number: 9080 } } }]
    - name: rest
      route: [{ destination: { host: reviews.default.svc.cluster.local, port: { number: 9080 } } }]
`;
const use = (...documents: string[]) => scenario.mesh.use(documents.join("---"));
const inTurn = async (calls: readonly Call[], ask = (call: Call) => scenario.call(call)): Promise<number[]> => {
  const statuses: number[] = [];
  for (const call of calls) statuses.push((await ask(call)).status);
  return statuses;
};
const times = (count: number, call: Call = {}): Call[] => Array.from({ length: count }, () => call);
const keyed = (attribute: string, missing = "Deny", more = "") =>
  `{ name: key, bucket: { key: [{ attribute: "${attribute}" ${more} }], missing: ${missing} }, limit: { amount: 1, per: 10m } }`;
const header = (value: string | string[]): Call => ({ headers: { "x-key": value } });

test("odd values of a header each have their own, and are the same when they come again", async () => {
  await use(LIMIT(keyed("request.headers[x-key]")));
  const long = "x".repeat(6000);
  const raw = (text: string) => Buffer.from(text).toString("latin1");
  const odd = [
    raw("ключ"),
    raw("🛰"),
    "|",
    '["a"]',
    "null",
    "-",
    `${long}a`,
    `${long}b`,
    "a,b",
    "a",
    "constructor",
    "__proto__",
    "%",
    "a b",
    "\xff\xfe",
  ];
  expect(await inTurn(odd.map(header))).toEqual(odd.map(() => 200));
  expect(await inTurn(odd.map(header))).toEqual(odd.map(() => 429));
  expect(await inTurn([header(""), {}])).toEqual([429, 429]);
  expect(await inTurn([header(["fresh", "a"]), header(["fresh", "b"]), header(["b", "a"])])).toEqual([200, 429, 200]);
});

test("a parameter is one however it is spelled", async () => {
  await use(LIMIT(keyed("request.query[user]", "Share")));
  const paths = ["/?user=alice", "/?user=%61lice", "/?%75ser=alice", "/?x=1&user=alic%65&user=z"];
  expect(await inTurn(paths.map((path) => ({ path })))).toEqual([200, 429, 429, 429]);
});

test("a path is one however it is spelled", async () => {
  await use(LIMIT("{ name: path, bucket: { key: [{ attribute: request.path }] }, limit: { amount: 1, per: 10m } }"));
  const paths = ["/orders/7", "/orders/%37", "/orders/./7", "/orders/7?a", "/orders/8"];
  expect(await inTurn(paths.map((path) => ({ path })))).toEqual([200, 429, 429, 429, 200]);
});

/** Of 100 units, what is left when one was asked for that costs so much by its header. */
test.each([
  ["0", 99],
  ["-5", 99],
  ["99999999999999999999", 50],
  ["2.5", 99],
  ["1e3", 99],
  ["", 99],
  [" 7 ", 93],
  ["007", 93],
])("a request that says it costs %j leaves %i", async (cost, left) => {
  const name = `cost${left}${cost.replace(/[^0-9a-z]/g, "x")}`;
  await use(LIMIT(`{ name: ${name}, limit: { amount: 100, per: 10m }, cost: { requestHeader: x-cost, most: 50 } }`));
  const answer = await scenario.call({ headers: { "x-cost": cost } });
  expect([answer.status, answer.headers.ratelimit]).toEqual([200, `"${name}";r=${left}`]);
});

const MOST = 100_000_000;
test.each([
  ["", 1],
  ["-3", 1],
  ["2.5", 1],
  ["99999999", 99_999_999],
  ["4000000000", MOST],
  ["99999999999999999999", MOST],
])("a response that says it cost %j is charged %i", async (cost, charged) => {
  const name = `cost${charged}${cost.replace(/[^0-9]/g, "x")}`;
  const amount = 3 * MOST;
  const costing = `cost: { responseHeader: x-cost, most: ${MOST} }`;
  await use(LIMIT(`{ name: ${name}, limit: { amount: ${amount}, per: 10m }, ${costing} }`));
  const saying = (text: string): Call => ({ headers: { "x-answer": JSON.stringify({ "x-cost": text }) } });
  expect((await scenario.call(cost === "" ? {} : saying(cost))).status).toBe(200);
  await eventually("it is charged", async () => {
    // One is taken for each until it has ended, and then nothing; a proxy may try again what it could not send.
    const { headers } = await scenario.call(saying("0"));
    const left = Number(/r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
    return Math.abs(amount - charged - left) < 10 ? true : undefined;
  });
});

test("refunds beside places, exempt beside a class, burst that is the amount, two windows", async () => {
  await use(
    LIMIT(
      `{ name: busy, limit: { amount: 1, unit: Concurrent } }, { name: paid, limit: { amount: 2, per: 10m }, refund: { statuses: ["5xx"] } }`,
    ),
  );
  for (let count = 0; count < 5; count += 1)
    await eventually("free", async () =>
      (await scenario.call({ path: "/status/503" })).status === 503 ? true : undefined,
    );
  await eventually("one", async () => ((await scenario.call()).status === 200 ? true : undefined));
  await eventually("two", async () => ((await scenario.call()).status === 200 ? true : undefined));
  const refused = await eventually("none", async () => {
    const a = await scenario.call();
    return a.headers.ratelimit?.toString().startsWith('"paid"') ? a : undefined;
  });
  expect(refused.status).toBe(429);
  const gold = "[{ to: [{ operation: { paths: [/gold] } }] }]";
  await use(
    LIMIT(
      `{ name: r, limit: { amount: 4, per: 10m }, exempt: ${gold}, reserve: [{ name: gold, share: 50, match: ${gold} }] }`,
    ),
  );
  expect(await inTurn(times(6, { path: "/gold" }))).toEqual([200, 200, 200, 200, 200, 200]);
  expect(await inTurn(times(4))).toEqual([200, 200, 429, 429]);
  await use(LIMIT(`{ name: b, limit: { amount: 3, per: 10m, burst: 3 } }, { name: w, limit: { amount: 2, per: 1s } }`));
  const first = await inTurn(times(3));
  expect(first).toEqual([200, 200, 429]);
  await eventually("next second", async () => ((await scenario.call()).status === 200 ? true : undefined));
  const last = await eventually("all", async () => {
    const a = await scenario.call();
    return a.headers.ratelimit?.toString().startsWith('"b"') ? a : undefined;
  });
  expect(last.status).toBe(429);
});

test("at a gateway each /64 of IPv6 has its own, and a route's limit stands beside one of the whole gateway", async () => {
  const at = (name: string, spec: string, rules: string) => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: ${name}, namespace: istio-system }
spec: { ${spec}, rules: [${rules}] }
`;
  const ofGateway = "selector: { matchLabels: { istio: ingressgateway } }";
  const visits = (calls: readonly Call[]) => inTurn(calls, (call) => scenario.visit(call));
  await use(
    GATEWAY,
    at(
      "route",
      "targetRefs: [{ group: networking.istio.io, kind: VirtualService, name: shop, sectionName: pay }]",
      "{ name: pay, limit: { amount: 2, per: 10m } }",
    ),
    at(
      "gateway",
      ofGateway,
      "{ name: all, match: [{ to: [{ operation: { notPaths: [/warm] } }] }], limit: { amount: 5, per: 10m } }",
    ),
  );
  await eventually("the gateway answers", async () =>
    (await scenario.visit({ path: "/warm" })).status === 200 ? true : undefined,
  );
  expect(await visits([...times(4, { path: "/pay" }), ...times(4, { path: "/x" })])).toEqual([
    ...[200, 200, 429, 429],
    ...[200, 200, 200, 429],
  ]);
  await use(
    GATEWAY,
    at(
      "range",
      ofGateway,
      "{ name: range, bucket: { key: [{ attribute: remote.ip, prefixLength: 64 }] }, limit: { amount: 1, per: 10m } }",
    ),
  );
  const from = (address: string): Call => ({ headers: { "x-forwarded-for": address } });
  const addresses = [
    "2001:db8::1",
    "2001:db8::ffff:1",
    "2001:DB8:0:0:1::",
    "2001:db8:0:1::1",
    "192.0.2.1",
    "192.0.2.2",
  ];
  expect(await visits(addresses.map(from))).toEqual([200, 429, 429, 200, 200, 200]);
});

test("at a gateway a host is one consumer, in whatever case and with whatever port callers write it", async () => {
  const rule = keyed("request.headers[:authority]").replace(
    "{ name",
    "{ match: [{ to: [{ operation: { notPaths: [/warm] } }] }], name",
  );
  const limit = LIMIT(rule, "", "host").replace("namespace: default", "namespace: istio-system");
  await use(GATEWAY, limit.replace("app: reviews", "istio: ingressgateway"));
  await eventually("the gateway answers", async () =>
    (await scenario.visit({ path: "/warm" })).status === 200 ? true : undefined,
  );
  const hosts = ["shop.example.com", "Shop.EXAMPLE.com", "shop.example.com:8081", "shop.example.com."];
  const calls = hosts.map((host) => ({ host }));
  expect(await inTurn(calls, (call) => scenario.visit(call))).toEqual([200, 429, 429, 429]);
});

test("a tunnel is opened past no limit: CONNECT has no route, and what asks for a WebSocket is a request like any other", async () => {
  await use(
    GATEWAY,
    `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: edge, namespace: istio-system }
spec: { selector: { matchLabels: { istio: ingressgateway } }, rules: [{ name: all, limit: { amount: 2, per: 10m } }] }
`,
  );
  const first = async (text: string): Promise<string> => {
    const connection = await eventually("the gateway listens", () => RawConnection.open(scenario.gatewayPort));
    connection.write(`${text}\r\n\r\n`);
    const answer = await connection.until("\r\n");
    connection.close();
    return answer.slice(9, 12);
  };
  const upgrade = "GET / HTTP/1.1\r\nhost: shop.example.com\r\nconnection: upgrade\r\nupgrade: websocket";
  const statuses = [await first(upgrade), await first(upgrade), await first(upgrade)];
  expect(statuses).toEqual([expect.not.stringMatching("429"), expect.not.stringMatching("429"), "429"]);
  for (const target of ["reviews.default.svc.cluster.local:9080", "shop.example.com:80"])
    expect(await first(`CONNECT ${target} HTTP/1.1\r\nhost: shop.example.com`)).toBe("404");
});
