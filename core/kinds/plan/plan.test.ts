import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { check } from "#core/check/testing/check.ts";
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
])("%s", (_, spec, expected) => expect(found(spec)).toEqual(expected));

test("it is said in a line", () => {
  const spec = `{ consumers: [${GOLD}, { workloads: { matchLabels: { tier: gold } } }], ${QUOTAS}, limits: [{ name: l, rule: r, amount: 9, per: 1s }] }`;
  expect(plan.effect?.(read(spec).resource, "istio-system")).toBe(
    "5 of Quota q; 9 in 1s of RateLimit l, rule r; for request.auth.claims[plan] gold and workloads with tier=gold",
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

test("what is not there is named", () => {
  const spec = `{ consumers: [${GOLD}], quotas: [{ name: q, amount: 5 }, { name: r, amount: 5 }], limits: [{ name: l, rule: r, amount: 9 }] }`;
  expect(check(QUOTA, written("gold", 2025, spec)).filter((line) => CODES.test(line))).toEqual([
    "warning plan-rule-not-found Plan/default/gold spec.limits[0].name",
    "warning plan-rule-not-found Plan/default/gold spec.quotas[1].name",
  ]);
});
