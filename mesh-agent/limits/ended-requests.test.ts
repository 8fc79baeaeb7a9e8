import { once } from "node:events";
import { request } from "node:http";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Call, Scenario } from "#testing/scenario.ts";
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
const use = (...documents: string[]) => scenario.mesh.use(documents.join("---"));

/** How many of so many calls got each status. */
async function statuses(count: number, call: Call = {}): Promise<Record<string, number>> {
  const answers = await Promise.all(Array.from({ length: count }, () => scenario.call(call)));
  return Object.fromEntries(
    [...Map.groupBy(answers, ({ status }) => status)].map(([status, of]) => [status, of.length]),
  );
}

const answers = async (calls: readonly Call[]): Promise<number[]> => {
  const statuses: number[] = [];
  for (const call of calls) statuses.push((await scenario.call(call)).status);
  return statuses;
};
const costing = (cost: string): Call => ({ headers: { "x-answer": JSON.stringify({ "x-cost": cost }) } });

test("the response says what a request cost, and is charged when it has ended", async () => {
  await use(LIMIT("{ name: cost, limit: { amount: 20, per: 10m }, cost: { responseHeader: x-cost, most: 15 } }"));
  expect(await answers([costing("1000")])).toEqual([200]);
  // 15 are used: of the next that cost 4 each one has to be told as ended before another is refused.
  expect(await answers([costing("4")])).toEqual([200]);
  await eventually("what they cost is charged", async () =>
    (await scenario.call()).status === 429 ? true : undefined,
  );
});

test("what is refunded costs nothing, also where it was all there was", async () => {
  await use(LIMIT('{ name: refund, limit: { amount: 1, per: 10m }, refund: { statuses: [5xx, "404"] } }'));
  for (const path of ["/status/503", "/status/404", "/status/500", "/status/404"])
    await eventually(`${path} is let through`, async () =>
      (await scenario.call({ path })).status === 429 ? undefined : true,
    );
  await eventually("the last one costs", async () => ((await scenario.call()).status === 200 ? true : undefined));
  await eventually("and nothing is left", async () => ((await scenario.call()).status === 429 ? true : undefined));
  expect(await statuses(5)).toEqual({ 429: 5 });
});

test("bytes are counted as they were sent and received", async () => {
  await use(LIMIT("{ name: bytes, limit: { amount: 50000, per: 10m, unit: Bytes } }"));
  const upload = { method: "POST", body: new Uint8Array(60_000) };
  expect(await answers([upload])).toEqual([200]);
  await eventually("it is charged", async () => ((await scenario.call()).status === 429 ? true : undefined));
});

test("bytes of a request that lasts are charged while it does, also of one rule that each proxy has for itself", async () => {
  for (const scope of ["Service", "Instance"]) {
    await use(LIMIT("{ name: bytes, limit: { amount: 4000000, per: 10m, unit: Bytes } }", `scope: ${scope},`));
    const { proxyPort: port } = scenario;
    const path = "http://reviews:9080/";
    // To both of its instances.
    const uploads = [1, 2].map(() =>
      request({ host: "127.0.0.1", port, method: "POST", path, headers: { host: "reviews:9080" } }),
    );
    const ended = uploads.map((upload) => once(upload, "response"));
    for (const upload of uploads) upload.write(Buffer.alloc(5_000_000));
    await eventually("others are refused", async () => ((await statuses(2))[429] === 2 ? true : undefined), 30_000);
    for (const upload of uploads) upload.end();
    for (const [{ statusCode }] of await Promise.all(ended)) expect(statusCode).toBe(200);
  }
});

test("the bytes of a request and its response are in the ledger of a Quota, and who has used them up is refused", async () => {
  await use(`
apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: bytes, namespace: default }
spec: { selector: { matchLabels: { app: reviews } }, amount: 50000, unit: Bytes, period: { rolling: 24h } }
`);
  expect(await answers([{ method: "POST", body: new Uint8Array(60_000) }])).toEqual([200]);
  const refused = await eventually("it is charged", async () => {
    const answer = await scenario.call();
    return answer.status === 429 ? answer : undefined;
  });
  expect(refused.headers["ratelimit-policy"]).toContain(';q=50000;qu="content-bytes"');
});

test("requests at a time are as many as there are over all proxies, and one that ends leaves its place", async () => {
  await use(LIMIT("{ name: busy, limit: { amount: 3, unit: Concurrent } }"));
  const held = [1, 2, 3].map(() => scenario.call({ path: "/hold" }));
  const apps = [scenario.apps["reviews-v1"], scenario.apps["reviews-v2"]];
  const holding = () => apps.flatMap(({ seen }) => seen).filter(({ url }) => url === "/hold").length;
  await eventually("three are under way", () => (holding() === 3 ? true : undefined));
  const refused = await scenario.call();
  expect(refused.status).toBe(429);
  expect(refused.headers["ratelimit-policy"]).toBe('"busy";q=3;qu="concurrent-requests"');
  for (const app of apps) app.release();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
  // Far more than three, one after another.
  for (let count = 0; count < 10; count += 1)
    await eventually("there is room again", async () => ((await scenario.call()).status === 200 ? true : undefined));
});

test("classes have their shares of what others leave", async () => {
  const of = (name: string) => `{ name: ${name}, share: 30, match: [{ to: [{ operation: { paths: [/${name}] } }] }] }`;
  await use(LIMIT(`{ name: shares, limit: { amount: 10, per: 10m }, reserve: [${of("gold")}, ${of("silver")}] }`));
  // One after another: what waits for one bucket holds what it has of the others.
  const admitted = async (path: string): Promise<number> =>
    (await answers(Array.from({ length: 6 }, () => ({ path })))).filter((status) => status === 200).length;
  expect([await admitted("/"), await admitted("/gold"), await admitted("/silver")]).toEqual([4, 3, 3]);
});

test("of none nobody is refused, and all are counted", async () => {
  await use(LIMIT("{ name: ramp, limit: { amount: 3, per: 10m } }", "enforcePercent: 0,"));
  expect(await statuses(10)).toEqual({ 200: 10 });
  await use(LIMIT("{ name: ramp, limit: { amount: 3, per: 10m } }", "enforcePercent: 100,"));
  expect(await statuses(5)).toEqual({ 429: 5 });
});

test("who is let by is told what is left", async () => {
  await use(LIMIT("{ name: left, limit: { amount: 3, per: 10m } }", "headers: Both,"));
  const told: unknown[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { headers } = await scenario.call();
    told.push([headers.ratelimit, headers["x-ratelimit-remaining"]]);
  }
  expect(told).toEqual([2, 1, 0].map((left) => [`"left";r=${left}`, String(left)]));
});
