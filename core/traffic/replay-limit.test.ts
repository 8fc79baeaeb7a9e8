import { expect, test } from "vitest";
import { concernByPlan } from "#core/kinds/plan/concern.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { enforcedRules } from "#core/resolve/enforced-rules.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { AnyResource, Resource } from "#core/resource/resource.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { NOBODY } from "#core/telemetry/traffic-key.ts";
import { CalledWorkloads } from "#core/traffic/called-workloads.ts";
import type { ConcernContext } from "#core/traffic/concern.ts";
import { describeReplayed } from "#core/traffic/describe-replayed.ts";
import { replayLimit } from "#core/traffic/replay-limit.ts";

const SECONDS = 60;
const INSTANCE: WorkloadInstance = {
  ...{ namespace: "shop", name: "web-0", workload: "web", labels: { app: "web" }, serviceAccount: "web" },
  ...{ address: "127.0.0.1", ports: [], health: "healthy", locality: "", weight: 1 },
};
const row = (caller: string, count: number): TrafficRow => ({
  key: {
    ...NOBODY,
    ...{ reporter: "source", sourceWorkload: caller, sourceNamespace: "shop" },
    sourcePrincipal: `spiffe://mesh.test/ns/shop/sa/${caller}`,
    ...{ destinationWorkload: "web", destinationNamespace: "shop", destinationService: "web.shop.svc.cluster.local" },
    ...{ protocol: "http", responseCode: 200, security: "mutual_tls" },
  },
  ...{ count, requestBytes: 0, responseBytes: 0, durationSumMs: 0, durations: [], opened: 0 },
});
const sample = (caller: string, startMs: number, path = "/"): RequestRecord =>
  requestCase({
    ...{ startMs, path, authority: "web", sourceWorkload: caller, sourceNamespace: "shop" },
    ...{ destinationService: "web", destinationWorkload: "web", destinationNamespace: "shop" },
  });

function replay(
  rules: string,
  rows: readonly TrafficRow[],
  samples: readonly RequestRecord[] = [],
  more = "",
  plan = "",
) {
  const [limit, ...others] = parseDocuments(`
apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit, namespace: shop }
spec: { selector: { matchLabels: { app: web } }, mode: Shadow, ${more} rules: [${rules}] }
${plan}`).resources;
  const read = limit as Resource<"RateLimit">;
  return replayLimit(read, enforcedRules(read), contextOf(others, rows, samples));
}

const contextOf = (
  resources: readonly AnyResource[],
  rows: readonly TrafficRow[],
  samples: readonly RequestRecord[],
  after?: AnyResource,
): ConcernContext => ({
  ...{ changes: [{ before: undefined, after }], resources, instances: [INSTANCE], rows, samples, seconds: SECONDS },
  mesh: { trustDomain: "mesh.test", domainSuffix: "cluster.local", rootNamespace: "istio-system" },
  called: new CalledWorkloads([INSTANCE], []),
  trustDomains: ["mesh.test"],
});
const CALLER = "bucket: { key: [{ attribute: source.principal }], missing: Deny }";

test("what comes evenly is admitted up to the rate, and all of what is less", () => {
  const rule = (amount: number) => `{ name: all, limit: { amount: ${amount}, per: 1s } }`;
  expect(replay(rule(11), [row("a", 600)])).toMatchObject({ requests: 600, refused: 0, callers: 0 });
  const half = replay(rule(5), [row("a", 600)]);
  expect(half).toMatchObject({ requests: 600, callers: 1 });
  expect((half?.refused ?? 0) / 600).toBeCloseTo(0.5, 1);
});

test("each value of a key has its own; who goes over it is counted, and the others are not", () => {
  const found = replay(`{ name: each, ${CALLER}, limit: { amount: 5, per: 1s } }`, [
    row("a", 600),
    row("b", 240),
    row("c", 60),
  ]);
  expect(found).toMatchObject({ requests: 900, callers: 1, rules: [{ name: "each", refused: found?.refused }] });
  expect((found?.refused ?? 0) / 600).toBeCloseTo(0.5, 1);
});

test("samples say when requests came: a burst is refused where as many spread out are not", () => {
  const rule = "{ name: burst, limit: { amount: 20, per: 10s } }";
  const spread = Array.from({ length: 10 }, (_, at) => sample("a", at * 6000 + 3000));
  const burst = Array.from({ length: 10 }, (_, at) => sample("a", 30_000 + at));
  expect(replay(rule, [row("a", 100)], [...spread, sample("b", 60_000)])?.refused).toBe(0);
  expect(replay(rule, [row("a", 100)], [...burst, sample("b", 60_000)])?.refused).toBeGreaterThan(40);
});

test("samples say for what requests were: by their share", () => {
  const match = "match: [{ to: [{ operation: { paths: [/pay] } }] }]";
  const samples = Array.from({ length: 60 }, (_, at) => sample("a", at * 1000, at % 3 === 0 ? "/pay" : "/"));
  expect(replay(`{ name: pay, ${match}, limit: { amount: 1, per: 1s } }`, [row("a", 600)], samples)?.requests).toBe(
    200,
  );
});

test("all rules must admit, and what one refuses is charged to none", () => {
  const rules = "{ name: large, limit: { amount: 100, per: 1m } }, { name: small, limit: { amount: 30, per: 1m } }";
  expect(replay(rules, [row("a", 120)])).toMatchObject({ refused: 90, rules: [{ name: "small", refused: 90 }] });
});

test("what is not recorded is said, and left out or so much at most", () => {
  const header = (name: string) => `request.headers[${name}]`;
  const rules = [
    `{ name: tenant, bucket: { key: [{ attribute: "${header("x-tenant")}" }], missing: Share }, limit: { amount: 1, per: 1s } }`,
    `{ name: some, match: [{ when: [{ key: "${header("x-a")}", values: [b] }] }], limit: { amount: 30, per: 1m } }`,
    "{ name: busy, limit: { amount: 1, unit: Concurrent } }",
    "{ name: hourly, limit: { amount: 1000, per: 1h } }",
  ];
  expect(replay(rules.join(", "), [row("a", 60)])?.caveats).toEqual([
    "rule tenant is left out: request.headers[x-tenant] is not recorded",
    "rule busy is left out: concurrent of each request are not recorded",
    "rule hourly is of a longer time than was looked at",
    "whom rule some counts is not recorded of all requests: so much at most",
  ]);
});

const PLAN = (name: string, more: string, consumers = `[{ serviceAccounts: [shop/a] }]`): string => `---
apiVersion: limits.pharos.dev/v1
kind: Plan
metadata: { name: ${name}, namespace: shop }
spec: { consumers: ${consumers}, ${more} }
`;

test("who has a plan is counted as the plan has it, and others as the rule does", () => {
  const rule = "{ name: all, limit: { amount: 5, per: 1s } }";
  const rows = [row("a", 600), row("b", 600)];
  const gold = PLAN("gold", "limits: [{ name: limit, rule: all, amount: 9, per: 1s }]");
  const found = replay(rule, rows, [], "enforcePercent: 10,", gold);
  const refused = Object.fromEntries(found?.rules.map((each) => [each.name, each.refused]) ?? []);
  expect((refused["all, plan gold"] ?? 0) / 600).toBeCloseTo(0.1, 1);
  expect((refused.all ?? 0) / 600).toBeCloseTo(0.5, 1);
  expect(found?.caveats).toEqual(["enforcePercent is not looked at: 10 % of them are refused"]);
  const elsewhere = PLAN("gold", "limits: [{ name: other, rule: all, amount: 9 }]");
  expect(replay(rule, rows, [], "", elsewhere)).toEqual(replay(rule, rows));
});

test("callers with labels are known by their accounts; whose token says what is not recorded, and so much at most", () => {
  const limits = "limits: [{ name: limit, rule: all, amount: 60, per: 1m }]";
  const labelled = PLAN("web", limits, "[{ workloads: { matchLabels: { app: web } } }]");
  const rule = "{ name: all, limit: { amount: 30, per: 1m } }";
  const found = replay(rule, [row("web", 60), row("a", 60)], [], "", labelled);
  expect(found).toMatchObject({ requests: 120, refused: 30, callers: 1, rules: [{ name: "all", refused: 30 }] });
  const claimed = PLAN("gold", limits, '[{ claim: { attribute: "request.auth.claims[plan]", values: [gold] } }]');
  expect(replay(rule, [row("a", 60)], [], "", claimed)).toMatchObject({
    refused: 30,
    caveats: [
      "whom rule all, as Plan gold has it, counts is not recorded of all requests: so much at most",
      "whom rule all counts is not recorded of all requests: so much at most",
    ],
  });
});

test("limits and quotas that are written in a plan are held against those who have it, by their own meters", () => {
  const plan = PLAN(
    "gold",
    `limits: [{ name: own, spec: { selector: { matchLabels: { app: web } }, rules: [{ name: each, limit: { amount: 40, per: 1m } }] } }],
     quotas: [
       { name: once, spec: { amount: 25, period: { once: Ever }, over: Deny } },
       { name: open, spec: { amount: 1, period: { rolling: 24h }, over: Notify } },
       { name: slow, spec: { amount: 30, period: { calendar: Month, timeZone: Australia/Lord_Howe }, over: Throttle, throttle: { amount: 20, per: 1m } } },
     ]`,
  );
  const [after] = parseDocuments(plan).resources as Resource<"Plan">[];
  const found = concernByPlan(
    { before: undefined, after },
    contextOf([], [row("a", 60), row("b", 60)], [], after),
  ).replayed;
  expect(found?.map(({ kind, limit, requests, refused }) => [kind, limit, requests, refused])).toEqual([
    ["Quota", "shop/gold~once", 60, 35],
    ["Quota", "shop/gold~open", 60, 0],
    ["Quota", "shop/gold~slow", 60, 10],
    ["RateLimit", "shop/gold~own", 60, 20],
  ]);
});

test("very many requests are taken as fewer that cost more, with the same shares", () => {
  const found = replay("{ name: all, limit: { amount: 5000, per: 1s } }", [row("a", 600_000)]);
  expect(found?.requests).toBe(600_000);
  expect((found?.refused ?? 0) / 600_000).toBeCloseTo(0.5, 2);
});

test("it is said in a line or two", () => {
  const found = {
    kind: "RateLimit" as const,
    limit: "shop/limit",
    requests: 48_211,
    refused: 1012,
    callers: 3,
    timed: 1000,
    caveats: ["a caveat"],
  };
  expect(describeReplayed({ ...found, rules: [{ name: "each", refused: 1012 }] })).toEqual([
    "RateLimit shop/limit would have refused 2.1 % of 48,211 requests, from 3 callers (each: 1,012)",
    "  when they came is recorded of 1,000 of them: the rest is taken to have come evenly",
    "  a caveat",
  ]);
  const quota = { ...found, kind: "Quota" as const, timed: found.requests, caveats: [] };
  expect(describeReplayed({ ...quota, rules: [{ name: "", refused: 1012 }] })).toEqual([
    "Quota shop/limit would have refused 2.1 % of 48,211 requests, from 3 callers",
  ]);
  const planned = [
    { name: "plan gold", refused: 12 },
    { name: "", refused: 1000 },
  ];
  expect(describeReplayed({ ...quota, rules: planned })).toEqual([
    "Quota shop/limit would have refused 2.1 % of 48,211 requests, from 3 callers (plan gold: 12, all others: 1,000)",
  ]);
});
