import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { check, messagesOf } from "#core/check/testing/check.ts";
import { documentOf } from "#core/kinds/document.ts";
import type { Written } from "#core/kinds/kind.ts";
import { plan } from "#core/kinds/plan/kind.ts";
import type { PlanSpec } from "#core/kinds/plan/schema.ts";
import { readValue } from "#core/resource/read-value.ts";
import { formatPath } from "#core/schema/path.ts";

function read(spec: string) {
  const document = parseDocument(
    `apiVersion: limits.pharos.dev/v1\nkind: Plan\nmetadata: { name: a }\nspec: ${spec}\n`,
  );
  const { value, problems } = readValue(document, document.contents, documentOf(plan.schema));
  return { resource: value as Written<PlanSpec>, problems };
}

function found(spec: string): string[] {
  const { resource, problems } = read(spec);
  const issues = problems.length > 0 ? problems : plan.validate(resource);
  return issues.map(({ severity, code, path }) => `${severity} ${code} ${formatPath(path ?? [])}`);
}

const GOLD = '{ claim: { attribute: "request.auth.claims[plan]", values: [gold] } }';
const OWN_QUOTA = "{ amount: 5, period: { calendar: Month } }";
const OWN_LIMIT = "{ rules: [{ name: r, limit: { amount: 5, per: 1s } }] }";
const QUOTAS = "quotas: [{ name: q, amount: 5 }]";

test.each<[string, string, string[]]>([
  ["a plan", `{ consumers: [${GOLD}], ${QUOTAS} }`, []],
  ["nobody", `{ consumers: [], ${QUOTAS} }`, ["error missing-field spec.consumers"]],
  ["nothing", `{ consumers: [${GOLD}] }`, ["error missing-field spec"]],
  [
    "a consumer in two ways",
    "{ consumers: [{ namespaces: [a], principals: [b] }], quotas: [{ name: q, amount: 5 }] }",
    ["error one-of spec.consumers[0]"],
  ],
  [
    "a claim that is none",
    `{ consumers: [{ claim: { attribute: source.principal, values: [a] } }], ${QUOTAS} }`,
    ["error bad-value spec.consumers[0].claim.attribute"],
  ],
  [
    "workloads of no label",
    `{ consumers: [{ workloads: { matchLabels: {} } }], ${QUOTAS} }`,
    ["error missing-field spec.consumers[0].workloads.matchLabels"],
  ],
  [
    "a quota twice",
    `{ consumers: [${GOLD}], quotas: [{ name: q, amount: 5 }, { name: q, amount: 6 }] }`,
    ["error duplicate-value spec.quotas[1].name"],
  ],
  [
    "an amount of 0",
    `{ consumers: [${GOLD}], quotas: [{ name: q, amount: 0 }] }`,
    ["error bad-value spec.quotas[0].amount"],
  ],
  [
    "days",
    `{ consumers: [${GOLD}], limits: [{ name: l, rule: r, amount: 5, per: 48h }] }`,
    ["error bad-value spec.limits[0].per"],
  ],
  [
    "limits and quotas of its own",
    `{ consumers: [${GOLD}], quotas: [{ name: monthly, spec: ${OWN_QUOTA} }], limits: [{ name: burst, spec: ${OWN_LIMIT} }] }`,
    [],
  ],
  [
    "one of its own and an amount",
    `{ consumers: [${GOLD}], quotas: [{ name: q, amount: 5, spec: ${OWN_QUOTA} }] }`,
    ["error one-of spec.quotas[0]"],
  ],
  [
    "a limit without an amount and one of its own",
    `{ consumers: [${GOLD}], limits: [{ name: l }] }`,
    ["error one-of spec.limits[0]"],
  ],
  [
    "an amount of no rule",
    `{ consumers: [${GOLD}], limits: [{ name: l, amount: 5 }] }`,
    ["error missing-field spec.limits[0].rule"],
  ],
  [
    "a rule of one of its own",
    `{ consumers: [${GOLD}], limits: [{ name: l, rule: r, burst: 3, spec: ${OWN_LIMIT} }] }`,
    ["error conflicting-fields spec.limits[0].rule", "error conflicting-fields spec.limits[0].burst"],
  ],
  [
    "two of its own by one name",
    `{ consumers: [${GOLD}], limits: [{ name: l, spec: ${OWN_LIMIT} }, { name: l, spec: ${OWN_LIMIT} }] }`,
    ["error duplicate-value spec.limits[1].name"],
  ],
  [
    "what is wrong with one of its own",
    `{ consumers: [${GOLD}], quotas: [{ name: q, spec: { amount: 5, period: { once: Ever }, carryOver: 5 } }], limits: [{ name: l, spec: { rules: [{ name: r, limit: { amount: 5, per: 48h } }] } }] }`,
    [
      "error conflicting-fields spec.quotas[0].spec.carryOver",
      "error bad-value spec.limits[0].spec.rules[0].limit.per",
    ],
  ],
])("%s", (_, spec, expected) => expect(found(spec)).toEqual(expected));

test("it is said in a line", () => {
  const spec = `{ consumers: [${GOLD}, { workloads: { matchLabels: { tier: gold } } }], ${QUOTAS}, limits: [{ name: l, rule: r, amount: 9, per: 1s }] }`;
  expect(plan.effect?.(read(spec).resource, "istio-system")).toBe(
    "5 of Quota q; 9 in 1s of RateLimit l, rule r; for request.auth.claims[plan] gold and workloads with tier=gold",
  );
});

test("what is its own is said in its line too", () => {
  const spec = `{ consumers: [${GOLD}], quotas: [{ name: q, spec: ${OWN_QUOTA} }], limits: [{ name: l, spec: ${OWN_LIMIT} }] }`;
  const resource = { ...read(spec).resource, metadata: { name: "a", namespace: "shop" } };
  expect(plan.effect?.(resource, "istio-system")).toBe(
    "Quota q of its own: 5 requests in a month (UTC); on every workload in shop; RateLimit l of its own: At most 5 requests in 1s; on every workload in shop; for request.auth.claims[plan] gold",
  );
});

const written = (name: string, year: number, spec: string): string =>
  `apiVersion: limits.pharos.dev/v1\nkind: Plan\nmetadata: { name: ${name}, creationTimestamp: "${year}-01-01T00:00:00Z" }\nspec: ${spec}`;
const QUOTA = `apiVersion: limits.pharos.dev/v1
kind: Quota
metadata: { name: q }
spec: { amount: 1, period: { calendar: Day } }`;
const ENTRY = `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: web }
spec: { address: 10.0.0.1, labels: { app: web }, serviceAccount: web }`;
const claims = (value: string): string => `{ claim: { attribute: "request.auth.claims[plan]", values: ["${value}"] } }`;
const CODES = /plan-rule-not-found|consumer-of-two-plans/;

test("two plans for one consumer are named at the younger, however they name it", () => {
  const gold = written(
    "gold",
    2025,
    `{ consumers: [${GOLD}, { workloads: { matchLabels: { app: web } } }], ${QUOTAS} }`,
  );
  const silver = written(
    "silver",
    2026,
    `{ consumers: [{ namespaces: [a] }, { serviceAccounts: [default/web] }, ${GOLD}], ${QUOTAS} }`,
  );
  expect(check(QUOTA, ENTRY, silver, gold).filter((line) => CODES.test(line))).toEqual([
    "warning consumer-of-two-plans Plan/default/silver spec.consumers[1]",
    "warning consumer-of-two-plans Plan/default/silver spec.consumers[2]",
  ]);
  const other = written("silver", 2026, `{ consumers: [${GOLD}], quotas: [{ name: another, amount: 1 }] }`);
  expect(
    check(QUOTA, QUOTA.replace("name: q", "name: another"), other, gold).filter((line) => CODES.test(line)),
  ).toEqual([]);
});

test.each([
  [
    "a namespace and an account of it",
    "{ namespaces: [web] }",
    "{ serviceAccounts: [web/a] }",
    "service account web/a",
  ],
  ["an account and its namespace", "{ serviceAccounts: [web/a] }", "{ namespaces: [web] }", "service account web/a"],
  ["namespaces that begin so", '{ namespaces: ["we*"] }', "{ namespaces: [web] }", "namespace web"],
  [
    "an account without its namespace",
    "{ serviceAccounts: [a] }",
    "{ serviceAccounts: [default/a] }",
    "service account default/a",
  ],
  ["claims that begin so", claims("gold*"), claims("gold-ü"), "request.auth.claims[plan] gold-ü"],
  ["claims that end so", claims("a-eu"), claims("*-eu"), "request.auth.claims[plan] a-eu"],
  ["anybody with a claim", claims("*"), claims("a"), "request.auth.claims[plan] a"],
  ["principals", '{ principals: ["cluster.local/ns/web/*"] }', "{ serviceAccounts: [web/a] }", "service account web/a"],
])("%s mean one consumer", (_, older, younger, who) => {
  const plans = [written("old", 2024, `{ consumers: [${older}], ${QUOTAS} }`)];
  plans.push(written("young", 2025, `{ consumers: [${younger}], ${QUOTAS} }`));
  expect(messagesOf("consumer-of-two-plans", QUOTA, ...plans)).toEqual([
    `${who} has Plan/default/old already, which is older: this one does not hold for it`,
  ]);
});

test.each([
  ["other namespaces", "{ namespaces: [web] }", "{ serviceAccounts: [webs/a] }"],
  ["what begins so and what ends so", claims("gold*"), claims("*-eu")],
  ["another claim", claims("gold"), '{ claim: { attribute: "request.auth.claims[tier]", values: [gold] } }'],
])("%s may be others", (_, older, younger) => {
  const plans = [written("old", 2024, `{ consumers: [${older}], ${QUOTAS} }`)];
  plans.push(written("young", 2025, `{ consumers: [${younger}], ${QUOTAS} }`));
  expect(messagesOf("consumer-of-two-plans", QUOTA, ...plans)).toEqual([]);
});

test("what is not there is named", () => {
  const spec = `{ consumers: [${GOLD}], quotas: [{ name: q, amount: 5 }, { name: r, amount: 5 }], limits: [{ name: l, rule: r, amount: 9 }] }`;
  expect(check(QUOTA, written("gold", 2025, spec)).filter((line) => CODES.test(line))).toEqual([
    "warning plan-rule-not-found Plan/default/gold spec.limits[0].name",
    "warning plan-rule-not-found Plan/default/gold spec.quotas[1].name",
  ]);
});

test("what is written in a plan is looked at as if it was a resource, and named where it stands", () => {
  const bad =
    '{ selector: { matchLabels: { app: web } }, bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: Deny }';
  const spec = `{ consumers: [${GOLD}], quotas: [{ name: q, spec: ${bad}, amount: 5, period: { calendar: Day } } }], limits: [{ name: l, spec: { selector: { matchLabels: { app: none } }, rules: [{ name: r, limit: { amount: 9, per: 1s } }] } }, { name: to, spec: { targetRefs: [{ kind: Service, name: none }], rules: [{ name: r, limit: { amount: 9, per: 1s } }] } }] }`;
  expect(check(ENTRY, written("gold", 2025, spec)).filter((line) => line.includes("Plan/"))).toEqual([
    "warning claims-not-checked Plan/default/gold spec.consumers[0].claim.attribute",
    "warning selector-matches-nothing Plan/default/gold spec.limits[0].spec.selector",
    "warning policy-target-not-found Plan/default/gold spec.limits[1].spec.targetRefs[0].name",
    "warning limit-key-not-bound Plan/default/gold spec.quotas[0].spec.bucket.key[0].attribute",
  ]);
});

const LIMIT = `apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: l }
spec:
  rules:
    - { name: r, limit: { amount: 50, per: 1s }, cost: { request: 10 } }
    - { name: told, limit: { amount: 50, per: 1s }, cost: { requestHeader: x-cost, most: 20 } }
    - { name: kept, limit: { amount: 50, per: 1s }, cost: { request: 5 }, reserve: [{ name: a, share: 50, match: [{ to: [{ operation: { methods: [GET] } }] }] }] }
    - { name: busy, limit: { amount: 50, unit: Concurrent } }`;
const COSTLY = QUOTA.replace("amount: 1,", "amount: 50, cost: { request: 10 },");
const planned = (item: string): string[] =>
  check(COSTLY, LIMIT, written("gold", 2025, `{ consumers: [${GOLD}], ${item} }`)).filter((line) =>
    line.includes("plan-amount"),
  );

test.each([
  ["a quota below one cost", "quotas: [{ name: q, amount: 9 }]", ["error quotas[0].amount"]],
  ["a quota of one cost", "quotas: [{ name: q, amount: 10 }]", []],
  ["a limit below one cost", "limits: [{ name: l, rule: r, amount: 9 }]", ["error limits[0].amount"]],
  ["a burst below one cost", "limits: [{ name: l, rule: r, amount: 90, burst: 9 }]", ["error limits[0].burst"]],
  ["a limit of one cost", "limits: [{ name: l, rule: r, amount: 10, per: 1m }]", []],
  ["below what a header may say", "limits: [{ name: l, rule: told, amount: 19 }]", ["error limits[0].amount"]],
  ["too little beside a share", "limits: [{ name: l, rule: kept, amount: 9 }]", ["error limits[0].amount"]],
  [
    "a burst of requests at a time",
    "limits: [{ name: l, rule: busy, amount: 9, burst: 3 }]",
    ["error limits[0].burst"],
  ],
  ["a time of requests at a time", "limits: [{ name: l, rule: busy, amount: 9, per: 1s }]", ["warning limits[0].per"]],
])("an amount that a plan gives is held against its rule: %s", (_, item, expected) =>
  expect(planned(item)).toEqual(
    expected.map((each) => each.replace(" ", " plan-amount-not-usable Plan/default/gold spec.")),
  ),
);

test("a plan is had by a claim nowhere where no token is checked", () => {
  const tokens = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens }
spec: { jwtRules: [{ issuer: https://a.test }] }`;
  const gold = written("gold", 2025, `{ consumers: [{ namespaces: [a] }, ${GOLD}], ${QUOTAS} }`);
  const unchecked = (...documents: string[]) =>
    check(QUOTA, ENTRY, gold, ...documents).filter((line) => line.includes("claims-not-checked"));
  expect(unchecked()).toEqual(["warning claims-not-checked Plan/default/gold spec.consumers[1].claim.attribute"]);
  expect(unchecked(tokens)).toEqual([]);
});
