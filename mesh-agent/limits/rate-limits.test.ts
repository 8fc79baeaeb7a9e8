import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { parseLimitCounts } from "#core/telemetry/limit-counts.ts";
import { type Answer, type Call, Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
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
  http: [{ route: [{ destination: { host: reviews.default.svc.cluster.local, port: { number: 9080 } } }] }]
`;
const use = (...documents: string[]) => scenario.mesh.use(documents.join("---"));

/** How many of so many calls got each status. */
async function statuses(count: number, call: Call = {}): Promise<Record<string, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => scenario.call(call)));
  return Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, of]) => [status, of.length]),
  );
}

test("one budget over all proxies is exact", async () => {
  await use(LIMIT("{ name: all, limit: { amount: 10, per: 10m } }"));
  // Round robin: both of its instances decide.
  expect(await statuses(40)).toEqual({ 200: 10, 429: 30 });
});

test("each value of a key has a budget of its own; who has none shares one", async () => {
  const key = "bucket: { key: [{ attribute: 'request.headers[x-tenant]' }], missing: Share }";
  await use(LIMIT(`{ name: tenant, ${key}, limit: { amount: 3, per: 10m } }`));
  for (const tenant of ["a", "b"])
    expect(await statuses(8, { headers: { "x-tenant": tenant } }), tenant).toEqual({ 200: 3, 429: 5 });
  expect(await statuses(8)).toEqual({ 200: 3, 429: 5 });
});

test("a missing key is refused, or not counted, as the rule says", async () => {
  const rule = (missing: string) =>
    `{ name: ${missing.toLowerCase()}, bucket: { key: [{ attribute: 'request.headers[x-user]' }], missing: ${missing} }, limit: { amount: 1, per: 10m } }`;
  await use(LIMIT(rule("Deny")));
  expect(await statuses(3)).toEqual({ 429: 3 });
  await use(LIMIT(rule("Skip")));
  expect(await statuses(3)).toEqual({ 200: 3 });
});

test("method, path by template, parameter, a part of a header and ranges tell apart, as the simulator reads them", async () => {
  const bucket = (key: string) => `bucket: { key: [{ ${key} }], missing: Skip }`;
  const rule = (name: string, key: string) => `{ name: ${name}, ${bucket(key)}, limit: { amount: 2, per: 10m } }`;
  const TWO = { 200: 2, 429: 1 };
  await use(LIMIT(rule("path", 'attribute: request.path, templates: ["/orders/{*}"]')));
  expect(await statuses(3, { path: "/orders/1" })).toEqual(TWO);
  expect(await statuses(1, { path: "/orders/2" }), "one bucket of all that match").toEqual({ 429: 1 });
  expect(await statuses(3, { path: "/carts/1" })).toEqual({ 200: 3 });
  await use(LIMIT(rule("page", 'attribute: "request.query[page]"')));
  for (const page of [1, 2]) expect(await statuses(3, { path: `/?page=${page}` })).toEqual(TWO);
  await use(LIMIT(rule("part", 'attribute: "request.headers[x-key]", regex: "^(\\\\w+):"')));
  expect(await statuses(2, { headers: { "x-key": "gold:1" } })).toEqual({ 200: 2 });
  expect(await statuses(1, { headers: { "x-key": "gold:2" } })).toEqual({ 429: 1 });
  expect(await statuses(3, { headers: { "x-key": "none" } })).toEqual({ 200: 3 });
  await use(LIMIT(`${rule("method", "attribute: request.method")}`.replace(", missing: Skip", "")));
  for (const method of ["GET", "POST"]) expect(await statuses(3, { method })).toEqual(TWO);
  await use(LIMIT(rule("here", "attribute: source.ip, ranges: [127.0.0.0/8]")));
  expect(await statuses(3)).toEqual(TWO);
  await use(LIMIT(rule("there", "attribute: source.ip, ranges: [203.0.113.0/24]")));
  expect(await statuses(3)).toEqual({ 200: 3 });
});

test("match and exempt are an AuthorizationPolicy's words, and who calls is known by certificate", async () => {
  const match = "match: [{ to: [{ operation: { paths: ['/pay*'] } }] }]";
  const exempt =
    "exempt: [{ from: [{ source: { serviceAccounts: [caller] } }], to: [{ operation: { methods: [PUT] } }] }]";
  const key = "bucket: { key: [{ attribute: source.principal }], missing: Deny }";
  await use(LIMIT(`{ name: pay, ${match}, ${exempt}, ${key}, limit: { amount: 2, per: 10m } }`));
  expect(await statuses(5, { path: "/pay/1" })).toEqual({ 200: 2, 429: 3 });
  expect(await statuses(5, { path: "/other" })).toEqual({ 200: 5 });
  expect(await statuses(3, { path: "/pay/1", method: "PUT" })).toEqual({ 200: 3 });
});

test("all rules must admit, and what one refuses is charged to none", async () => {
  await use(
    LIMIT(
      "{ name: small, match: [{ to: [{ operation: { paths: [/a] } }] }], limit: { amount: 2, per: 10m } }, { name: large, limit: { amount: 5, per: 10m } }",
    ),
  );
  expect(await statuses(6, { path: "/a" })).toEqual({ 200: 2, 429: 4 });
  expect(await statuses(6, { path: "/b" })).toEqual({ 200: 3, 429: 3 });
});

test("shadow refuses nobody, and weakens no other rule", async () => {
  await use(
    LIMIT("{ name: tried, limit: { amount: 1, per: 10m } }", "mode: Shadow,", "tried"),
    LIMIT("{ name: held, limit: { amount: 4, per: 10m } }", "", "held"),
  );
  expect(await statuses(10)).toEqual({ 200: 4, 429: 6 });
});

test("a header says what a request costs, up to the most it may", async () => {
  await use(LIMIT("{ name: cost, limit: { amount: 10, per: 10m }, cost: { requestHeader: x-cost, most: 6 } }"));
  const answers: number[] = [];
  for (const cost of ["3", "100", "99999999999999999999", "2", "1"])
    answers.push((await scenario.call({ headers: { "x-cost": cost } })).status);
  expect(answers).toEqual([200, 200, 429, 429, 200]);
});

test("who is refused is told the rule, when to come again and what the owner wrote, and never the key", async () => {
  await use(
    LIMIT(
      "{ name: per-tenant, bucket: { key: [{ attribute: 'request.headers[x-tenant]' }], missing: Deny }, limit: { amount: 1, per: 30s }, onLimit: { body: slow down, headers: { x-why: plan } } }",
      "headers: Both,",
    ),
  );
  const headers = { "x-tenant": "secret-tenant" };
  const first = await scenario.call({ headers });
  expect(first.status).toBe(200);
  expect(first.headers["ratelimit-policy"]).toBe('"per-tenant";q=1;w=30');
  const refused = await scenario.call({ headers });
  expect(refused.status).toBe(429);
  expect(refused.body).toBe("slow down");
  expect(refused.headers["x-why"]).toBe("plan");
  expect(refused.headers.ratelimit).toMatch(/^"per-tenant";r=0;t=\d+$/);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect(JSON.stringify(refused.headers)).not.toContain("secret-tenant");
});

test("of each proxy its own: two instances admit twice as much", async () => {
  await use(LIMIT("{ name: own, limit: { amount: 4, per: 10m } }", "scope: Instance,"));
  expect(await statuses(40)).toEqual({ 200: 8, 429: 32 });
});

const countOf = (windows: readonly { readonly count: bigint }[]): number =>
  windows.reduce((sum, { count }) => sum + Number(count), 0);

test("who was refused is told with the rule's name, and is not sent again by its proxy, whatever the status", async () => {
  await use(LIMIT("{ name: none, limit: { amount: 1, per: 10m }, onLimit: { status: 503 } }"));
  await statuses(4);
  const told = await eventually("the refusals are reported", () => {
    const windows = scenario.mesh.windows.filter(({ deniedBy }) => deniedBy === "limit:default/limit/none");
    return countOf(windows) >= 3 ? windows : undefined;
  });
  expect(told.every(({ reporter, responseCode }) => reporter === "destination" && responseCode === 503)).toBe(true);
  expect(countOf(told)).toBe(3);
});

test("what each rule said of each request is counted with it: admitted, tried, refused and exempt", async () => {
  const exempt = "exempt: [{ to: [{ operation: { paths: [/free] } }] }]";
  await use(
    LIMIT(`{ name: told, ${exempt}, limit: { amount: 2, per: 10m } }`, "", "told"),
    LIMIT("{ name: all, limit: { amount: 1, per: 10m } }", "mode: Shadow,", "shade"),
  );
  expect(await statuses(5)).toEqual({ 200: 2, 429: 3 });
  let free = 0;
  const reported = (): Record<string, number> => {
    const found: Record<string, number> = {};
    for (const { limitedBy, count } of scenario.mesh.windows)
      for (const { rule, outcome } of parseLimitCounts(limitedBy).filter((each) => /told|shade/.test(each.rule)))
        found[`${rule} ${outcome}`] = (found[`${rule} ${outcome}`] ?? 0) + Number(count);
    return found;
  };
  // What a rule that is only tried says too late is told with a request that comes after.
  await eventually("all are reported", async () => {
    await statuses(1, { path: "/free" });
    free += 1;
    const sent = 5 + free;
    return await eventually("all of these", () => sumOf(reported()) === 2 * sent || undefined, 5000).catch(
      () => undefined,
    );
  });
  expect(reported()).toEqual({
    ...{ "default/told/told admitted": 2, "default/told/told refused": 3, "default/told/told exempt": free },
    ...{ "default/shade/all admitted": 1, "default/shade/all tried": 4 + free },
  });
});

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

test("a byte that is no UTF-8, or a header cut in the middle of a sign, is counted like any other", async () => {
  const key = "bucket: { key: [{ attribute: 'request.headers[x-tenant]' }], missing: Deny }";
  await use(LIMIT(`{ name: tenant, ${key}, limit: { amount: 2, per: 10m } }`));
  const odd = `${"a".repeat(117)}\u{1f600}${"b".repeat(120)}`;
  for (const tenant of ["\xff\xfe", Buffer.from(odd).toString("latin1")])
    expect(await statuses(5, { headers: { "x-tenant": tenant } }), tenant).toEqual({ 200: 2, 429: 3 });
});

test("whom a caller says that it forwards for is not believed at a sidecar", async () => {
  await use(LIMIT("{ name: client, bucket: { key: [{ attribute: remote.ip }] }, limit: { amount: 2, per: 10m } }"));
  const answers: number[] = [];
  for (const client of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"])
    answers.push((await scenario.call({ headers: { "x-forwarded-for": client } })).status);
  expect(answers).toEqual([200, 200, 429, 429]);
});

test("who is many at once is counted all the same", async () => {
  await use(LIMIT("{ name: flood, limit: { amount: 5, per: 10m } }"));
  const counted = await statuses(300);
  expect(counted[200]).toBe(5);
});

test("gRPC callers are told RESOURCE_EXHAUSTED", async () => {
  await use(LIMIT("{ name: grpc, limit: { amount: 1, per: 10m } }"));
  const grpc = { method: "POST", path: "/shop.Reviews/List", headers: { "content-type": "application/grpc" } };
  expect((await scenario.call(grpc)).headers["grpc-status"]).toBeUndefined();
  const { status, headers, seen } = await scenario.call(grpc);
  expect({ status, code: headers["grpc-status"], seen }).toEqual({ status: 200, code: "8", seen: undefined });
  expect(headers.ratelimit).toMatch(/^"grpc";r=0;t=\d+$/);
});

test("a rule says what status the refused get: to whoever calls through a sidecar, through a gateway, and gRPC's own", async () => {
  const why = "body: '{\"why\":\"plan\"}', headers: { content-type: application/problem+json, retry-after: '7' }";
  const rule = (path: string, onLimit: string) =>
    `{ name: of-${path}, match: [{ to: [{ operation: { paths: ["/${path}*"] } }] }], limit: { amount: 1, per: 10m }, onLimit: { ${onLimit} } }`;
  await use(GATEWAY, LIMIT([rule("a", `status: 503, ${why}`), rule("b", "status: 402"), rule("c", why)].join(", ")));
  const refused = async (path: string, call: Call = {}): Promise<Answer> => {
    await scenario.call({ path, ...call });
    return scenario.call({ path, ...call });
  };
  const { status, body, headers } = await refused("/a");
  expect([status, body, headers["content-type"], headers["retry-after"]]).toEqual([
    ...[503, '{"why":"plan"}', "application/problem+json", "7"],
  ]);
  expect((await refused("/b")).status).toBe(402);
  expect((await refused("/c")).status).toBe(429);
  const grpc = { method: "POST", headers: { "content-type": "application/grpc" } };
  const told = await refused("/a/grpc", grpc);
  expect([told.status, told.headers["grpc-status"], told.headers["grpc-message"]]).toEqual([
    ...[200, "8", '{"why":"plan"}'],
  ]);
  await eventually("the gateway's port", () => scenario.visit({ path: "/look" }).catch(() => undefined));
  expect((await scenario.visit({ path: "/a" })).status).toBe(503);
});

const TARGETED = (name: string, target: string, rule: string, namespace = "default"): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: ${name}, namespace: ${namespace} }
spec: { targetRefs: [${target}], rules: [${rule}] }
`;

test("who is named as a target is limited, and nobody else", async () => {
  const reviews = "{ group: networking.istio.io, kind: ServiceEntry, name: reviews }";
  await use(TARGETED("target", reviews, "{ name: target, limit: { amount: 2, per: 10m } }"));
  expect(await statuses(5)).toEqual({ 200: 2, 429: 3 });
  expect(await statuses(5, { host: "details:9080" })).toEqual({ 200: 5 });
});

test("a workload group is limited as a target, and none of its service's others", async () => {
  const group = "{ group: networking.istio.io, kind: WorkloadGroup, name: reviews-v1 }";
  await use(TARGETED("group", group, "{ name: group, limit: { amount: 2, per: 10m } }"));
  const answers = await Promise.all(Array.from({ length: 40 }, () => scenario.call()));
  const by = Map.groupBy(answers, ({ status, seen }) => seen?.at ?? status);
  expect(by.get("reviews-v1")).toHaveLength(2);
  expect((by.get(429)?.length ?? 0) + (by.get("reviews-v2")?.length ?? 0)).toBe(38);
  expect(by.get("reviews-v2")?.length).toBeGreaterThan(2);
  // Its agent counts the same for Prometheus.
  const told = (outcome: string, count = 0): string =>
    `pharos_agent_limited_requests_total{limit="default/group",rule="group",outcome="${outcome}"} ${count}`;
  const metrics = (await scenario.metrics()).split("\n");
  expect(metrics).toContain(told("admitted", 2));
  expect(metrics).toContain(told("refused", by.get(429)?.length));
});

test("routes are limited as targets at a gateway of another namespace: those that are named, and no other request", async () => {
  const routes = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: routed, namespace: default }
spec:
  hosts: [routed.example.com]
  gateways: [istio-system/shop]
  http:
    - { name: pay, match: [{ uri: { prefix: /pay } }], route: [{ destination: { host: reviews, port: { number: 9080 } } }] }
    - { name: look, route: [{ destination: { host: reviews, port: { number: 9080 } } }] }
`;
  const target = (section: string) => `{ group: networking.istio.io, kind: VirtualService, name: routed${section} }`;
  const deny = TARGETED("pay", target(", sectionName: pay"), "{ name: pay, limit: { amount: 2, per: 10m } }").replace(
    "spec: {",
    "spec: { whenUncoordinated: Deny,",
  );
  const visit = async (path: string, count: number, host = "routed.example.com"): Promise<number[]> => {
    const answers: number[] = [];
    for (let at = 0; at < count; at += 1) answers.push((await scenario.visit({ host, path })).status);
    return answers;
  };
  await use(GATEWAY, routes, deny);
  await eventually("the route", async () => ((await visit("/look", 1))[0] === 200 ? true : undefined));
  expect(await visit("/pay/1", 4)).toEqual([200, 200, 429, 429]);
  expect(await visit("/look", 4)).toEqual([200, 200, 200, 200]);
  expect(await visit("/pay", 3, "shop.example.com")).toEqual([200, 200, 200]);
  // Beside one of the whole gateway, which is asked for in another way: both count what comes by the route, once.
  const gateway = TARGETED(
    "edge",
    "{ group: networking.istio.io, kind: Gateway, name: shop }",
    "{ name: edge, match: [{ to: [{ operation: { hosts: [routed.example.com] } }] }], limit: { amount: 5, per: 10m } }",
    "istio-system",
  );
  await use(GATEWAY, routes, deny.replace("name: pay, namespace", "name: paid, namespace"), gateway);
  expect(await visit("/pay/1", 3)).toEqual([200, 200, 429]);
  expect(await visit("/look", 5)).toEqual([200, 200, 200, 429, 429]);
  const all = TARGETED("all", target(""), "{ name: all, limit: { amount: 3, per: 10m } }");
  await use(GATEWAY, routes, all);
  expect([...(await visit("/pay", 2)), ...(await visit("/look", 2))]).toEqual([200, 200, 200, 429]);
});

test("who has neither certificate nor token is counted all the same", async () => {
  const rule = (name: string, attribute: string, missing: string) =>
    `{ name: ${name}, match: [{ to: [{ operation: { paths: [/${name}] } }] }], bucket: { key: [{ attribute: ${attribute} }], missing: ${missing} }, limit: { amount: 2, per: 10m } }`;
  await use(
    LIMIT(
      [
        rule("deny", "source.principal", "Deny"),
        rule("share", "source.namespace", "Share"),
        rule("token", "request.auth.principal", "Share"),
        "{ name: sni, match: [{ to: [{ operation: { paths: [/sni] } }], when: [{ key: connection.sni, notValues: [none] }] }], limit: { amount: 2, per: 10m } }",
      ].join(", "),
    ),
  );
  const plain = async (path: string): Promise<number[]> =>
    (await Promise.all(Array.from({ length: 3 }, () => scenario.callPlain(path)))).map(({ status }) => status).sort();
  expect(await plain("/deny")).toEqual([429, 429, 429]);
  for (const path of ["/share", "/token", "/sni"]) expect(await plain(path), path).toEqual([200, 200, 429]);
});

test("a gateway is limited as a target, and believes nobody who says whom it forwards for", async () => {
  const shop = "{ group: gateway.networking.k8s.io, kind: Gateway, name: shop }";
  const rule =
    "{ name: client, match: [{ to: [{ operation: { paths: [/buy] } }] }], bucket: { key: [{ attribute: remote.ip }], missing: Deny }, limit: { amount: 2, per: 10m } }";
  await use(GATEWAY, TARGETED("edge", shop, rule, "istio-system"));
  await eventually("the gateway's port", () => scenario.visit({ path: "/look" }).catch(() => undefined));
  const visits = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"].map((client) =>
    scenario.visit({ path: "/buy", headers: { "x-forwarded-for": client } }),
  );
  expect((await Promise.all(visits)).map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
  expect((await scenario.visit({ path: "/look" })).status).toBe(200);
  // The workload behind it has no limit of its own.
  expect(await statuses(3, { path: "/buy" })).toEqual({ 200: 3 });
});

test("without the control plane each rule goes by its whenUncoordinated", async () => {
  const rule = (name: string): string =>
    `{ name: it, match: [{ to: [{ operation: { paths: [/${name}] } }] }], limit: { amount: 6, per: 10m } }`;
  const names = ["Share", "Allow", "Deny"];
  await use(...names.map((name) => LIMIT(rule(name), `whenUncoordinated: ${name},`, name.toLowerCase())));
  // At one of its two instances, which so hears that they are two.
  const answered = async (name: string, count: number): Promise<Record<string, number>> => {
    const answers = await Promise.all(Array.from({ length: count }, () => scenario.callPlain(`/${name}`)));
    return Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([of, all]) => [of, all.length]));
  };
  for (const name of names) expect(await answered(name, 1), name).toEqual({ 200: 1 });
  await scenario.stopControlPlane();
  expect(await answered("Share", 10)).toEqual({ 200: 3, 429: 7 });
  expect(await answered("Allow", 10)).toEqual({ 200: 10 });
  // Nobody can say that it is used up.
  expect(await answered("Deny", 10)).toEqual({ 503: 10 });
});
