import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Call, Scenario } from "#testing/scenario.ts";
import { makeSigners, signToken } from "#testing/sign-token.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  // Connections that are open when tokens begin to be checked keep what they had.
  scenario = await Scenario.open(cleanup, undefined, TOKENS);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const signer = makeSigners().ec;
const ISSUER = "https://issuer.example.com";
const TOKENS = `
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens, namespace: default }
spec:
  selector: { matchLabels: { app: reviews } }
  jwtRules: [{ issuer: "${ISSUER}", jwks: '${JSON.stringify({ keys: [signer.jwk] })}' }]
`;
const LIMIT = (rules: string, spec = "selector: { matchLabels: { app: reviews } },"): string => `
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit, namespace: default }
spec: { ${spec} rules: [${rules}] }
`;
const PLAN = (consumer: string, spec: string): string => `
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: gold, namespace: default }
spec: { consumers: [${consumer}], ${spec} }
`;
const GOLD = "{ claim: { attribute: 'request.auth.claims[plan]', values: [gold] } }";
const use = (...documents: string[]) => scenario.mesh.use(documents.join("---"));

/** A request with a token that says so. */
function having(claims: object, call: Call = {}): Call {
  const payload = { iss: ISSUER, sub: "ann", exp: 4_102_444_800, ...claims };
  return { ...call, headers: { authorization: `Bearer ${signToken(payload, signer, { kid: "ec" })}` } };
}

/** How many of so many calls got each status. */
async function statuses(count: number, call: Call = {}): Promise<Record<string, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => scenario.call(call)));
  return Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, of]) => [status, of.length]),
  );
}

test("each value of a token's claim has a budget of its own; who has no token shares one", async () => {
  const key = "bucket: { key: [{ attribute: 'request.auth.claims[org]' }], missing: Share }";
  await use(LIMIT(`{ name: org, ${key}, limit: { amount: 2, per: 10m } }`));
  for (const org of ["acme", "umbrella"]) expect(await statuses(4, having({ org })), org).toEqual({ 200: 2, 429: 2 });
  expect(await statuses(4)).toEqual({ 200: 2, 429: 2 });
});

test("each method of a gRPC service has a budget of its own where the key is the path", async () => {
  await use(
    LIMIT(
      "{ name: method, bucket: { key: [{ attribute: request.path }], missing: Deny }, limit: { amount: 1, per: 10m } }",
    ),
  );
  const grpc = async (method: string) => {
    const headers = { "content-type": "application/grpc" };
    return (await scenario.call({ method: "POST", path: `/shop.Reviews/${method}`, headers })).headers["grpc-status"];
  };
  for (const method of ["List", "Get"])
    expect([await grpc(method), await grpc(method)], method).toEqual([undefined, "8"]);
});

test("a Service is limited as a target, and no other", async () => {
  await use(
    LIMIT("{ name: target, limit: { amount: 2, per: 10m } }", "targetRefs: [{ kind: Service, name: reviews }],"),
  );
  expect(await statuses(5)).toEqual({ 200: 2, 429: 3 });
  expect(await statuses(5, { host: "details:9080" })).toEqual({ 200: 5 });
});

test("a plan gives those whom a claim names another amount", async () => {
  const plan = PLAN(GOLD, "limits: [{ name: limit, rule: claimed, amount: 4 }]");
  await use(LIMIT("{ name: claimed, limit: { amount: 2, per: 10m } }"), plan);
  expect(await statuses(6, having({ plan: "gold" }))).toEqual({ 200: 4, 429: 2 });
  expect(await statuses(4, having({ plan: "free" }))).toEqual({ 200: 2, 429: 2 });
});

test("and those whom labels name: by their certificates, whatever others send", async () => {
  const plan = PLAN(
    "{ workloads: { matchLabels: { app: caller } } }",
    "limits: [{ name: limit, rule: labelled, amount: 4 }]",
  );
  await use(LIMIT("{ name: labelled, limit: { amount: 2, per: 10m } }"), plan);
  expect(await statuses(6)).toEqual({ 200: 4, 429: 2 });
  const others = Array.from({ length: 4 }, () => scenario.callPlain());
  expect((await Promise.all(others)).map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
});

test("limits and quotas that are written in a plan count those who have it, and nobody else", async () => {
  const over = "selector: { matchLabels: { app: reviews } }";
  const matching = (path: string) => `match: [{ to: [{ operation: { paths: [${path}] } }] }]`;
  const limit = `{ name: own, spec: { ${over}, rules: [{ name: all, ${matching("/look")}, limit: { amount: 3, per: 10m } }] } }`;
  const quota = `{ name: own, spec: { ${over}, ${matching("/buy")}, amount: 2, period: { once: Ever } } }`;
  await use(PLAN(GOLD, `limits: [${limit}], quotas: [${quota}]`));
  for (const [path, amount] of [
    ["/look", 3],
    ["/buy", 2],
  ] as const) {
    expect(await statuses(5, having({ plan: "gold" }, { path })), path).toEqual({ 200: amount, 429: 5 - amount });
    expect(await statuses(5, having({ plan: "free" }, { path })), path).toEqual({ 200: 5 });
    expect(await statuses(5, { path }), path).toEqual({ 200: 5 });
  }
  const refusals = await eventually("the refusals are reported", () => {
    const found = new Set(scenario.mesh.windows.map(({ deniedBy }) => deniedBy).filter((by) => by.includes("~")));
    return found.size >= 2 ? found : undefined;
  });
  expect([...refusals].sort()).toEqual(["limit:default/gold~own/Quota", "limit:default/gold~own/all"]);
});
