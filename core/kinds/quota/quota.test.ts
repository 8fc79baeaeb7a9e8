import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { check } from "#core/check/testing/check.ts";
import { documentOf } from "#core/kinds/document.ts";
import type { Written } from "#core/kinds/kind.ts";
import { quota } from "#core/kinds/quota/kind.ts";
import type { QuotaSpec } from "#core/kinds/quota/schema.ts";
import { readValue } from "#core/resource/read-value.ts";
import { formatPath } from "#core/schema/path.ts";

const written = (spec: string, name = "a"): string =>
  `apiVersion: limits.pharos.dev/v1\nkind: Quota\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;

function read(spec: string) {
  const document = parseDocument(written(spec));
  const { value, problems } = readValue(document, document.contents, documentOf(quota.schema));
  return { resource: value as Written<QuotaSpec>, problems };
}

/** `error bad-value spec.amount` of each. */
function found(spec: string): string[] {
  const { resource, problems } = read(spec);
  const issues = problems.length > 0 ? problems : quota.validate(resource);
  for (const { hint, message } of issues) expect(hint ?? message).toBeTruthy();
  return issues.map(({ severity, code, path }) => `${severity} ${code} ${formatPath(path ?? [])}`);
}

const MONTH = "period: { calendar: Month }";
const zoned = (zone: string) => `{ amount: 1, period: { calendar: Day, timeZone: ${zone} } }`;
const of = (text: string) => `{ amount: 100, ${MONTH}, ${text} }`;

test.each<[string, string, string[]]>([
  ["a quota", `{ amount: 100, ${MONTH} }`, []],
  ["none", "{}", ["error missing-field spec.amount", "error missing-field spec.period"]],
  ["an amount of 0", `{ amount: 0, ${MONTH} }`, ["error bad-value spec.amount"]],
  ["an amount below one cost", of("cost: { request: 101 }"), ["error conflicting-fields spec.amount"]],
  [
    "an amount below what a header may say",
    of("cost: { requestHeader: x-cost, most: 101 }"),
    ["error conflicting-fields spec.amount"],
  ],
  ["a header that may say anything", of("cost: { requestHeader: x-cost }"), ["error needs-field spec.cost"]],
  ["a response that may say anything", of("cost: { responseHeader: x-cost }"), ["error needs-field spec.cost"]],
  ["what a response may say at most", of("cost: { responseHeader: x-cost, most: 101 }"), []],
  [
    "addresses that are none",
    of("match: [{ when: [{ key: source.ip, values: [/] }] }], exempt: [{ when: [{ key: remote.ip, values: [a] }] }]"),
    ["error bad-value spec.match[0].when[0]", "error bad-value spec.exempt[0].when[0]"],
  ],
  ["bytes", of("unit: Bytes, cost: { request: 50 }"), []],
  [
    "bytes that headers say",
    of("unit: Bytes, cost: { requestHeader: x-cost, most: 9 }"),
    ["error conflicting-fields spec.cost.requestHeader"],
  ],
  ["places of a period", of("unit: Concurrent"), ["error value-not-handled spec.unit"]],
  ["a rolling period of 0", "{ amount: 1, period: { rolling: 0s } }", ["error bad-value spec.period.rolling"]],
  ["no period", "{ amount: 1, period: {} }", ["error one-of spec.period"]],
  ["two periods", "{ amount: 1, period: { calendar: Day, rolling: 1h } }", ["error one-of spec.period"]],
  ["years", "{ amount: 1, period: { rolling: 9999h } }", ["error bad-value spec.period.rolling"]],
  [
    "a time zone that is none",
    "{ amount: 1, period: { calendar: Day, timeZone: Europe/Atlantis } }",
    ["error bad-value spec.period.timeZone"],
  ],
  ["an offset", zoned("'+05:00'"), ["error bad-value spec.period.timeZone"]],
  ["a time zone in small letters", zoned("europe/berlin"), ["error bad-value spec.period.timeZone"]],
  ["one that has another name now, in small letters", zoned("asia/kolkata"), ["error bad-value spec.period.timeZone"]],
  ["utc", zoned("utc"), ["error bad-value spec.period.timeZone"]],
  ["a time zone in capitals", zoned("EUROPE/KYIV"), ["error bad-value spec.period.timeZone"]],
  ["UTC", zoned("UTC"), []],
  ["an offset's name", zoned("Etc/GMT+5"), []],
  ["one that has another name now", zoned("Asia/Kolkata"), []],
  ["its other name", zoned("Asia/Calcutta"), []],
  ["a name of old", zoned("US/Eastern"), []],
  [
    "a time zone of no calendar",
    "{ amount: 1, period: { rolling: 1h, timeZone: UTC } }",
    ["warning no-effect spec.period.timeZone"],
  ],
  ["a percent above 100", of("soft: [80, 101]"), ["error bad-value spec.soft[1]"]],
  ["a percent twice", of("soft: [80, 80]"), ["error duplicate-value spec.soft[1]"]],
  [
    "what is carried to nowhere",
    "{ amount: 1, period: { once: Ever }, carryOver: 10 }",
    ["error conflicting-fields spec.carryOver"],
  ],
  ["a rate that is not said", of("over: Throttle"), ["error needs-field spec.over"]],
  ["a rate of nothing", of("throttle: { amount: 1, per: 1s }"), ["warning no-effect spec.throttle"]],
  [
    "a rate below one cost",
    of("over: Throttle, throttle: { amount: 1, per: 1s }, cost: { request: 2 }"),
    ["error conflicting-fields spec.throttle.amount"],
  ],
  ["who has no key", of("bucket: { key: [{ attribute: source.principal }] }"), ["error needs-field spec.bucket"]],
  ["a status of none", of("onLimit: { status: 401 }"), ["error bad-value spec.onLimit.status"]],
  ["an answer's own header", of("onLimit: { headers: { x-a: b, retry-after: '5' } }"), []],
  [
    "a header of connections, connection",
    of("onLimit: { headers: { connection: a } }"),
    ["error bad-value spec.onLimit.headers.connection"],
  ],
  [
    "a header of connections, Content-Length",
    of("onLimit: { headers: { Content-Length: a } }"),
    ["error bad-value spec.onLimit.headers.Content-Length"],
  ],
  [
    "a header of connections, transfer-encoding",
    of("onLimit: { headers: { transfer-encoding: a } }"),
    ["error bad-value spec.onLimit.headers.transfer-encoding"],
  ],
  [
    "a header of connections, keep-alive",
    of("onLimit: { headers: { keep-alive: a } }"),
    ["error bad-value spec.onLimit.headers.keep-alive"],
  ],
  ["a header of connections, te", of("onLimit: { headers: { te: a } }"), ["error bad-value spec.onLimit.headers.te"]],
  ["a share of a ledger", of("whenUncoordinated: Share"), ["error value-not-handled spec.whenUncoordinated"]],
])("%s", (_, spec, expected) => expect(found(spec)).toEqual(expected));

test("the template is right as it is", () => expect(found(JSON.stringify(quota.template))).toEqual([]));

test.each([
  [`{ amount: 1, ${MONTH} }`, "1 request in a month (UTC); on every workload in shop"],
  [`{ amount: 5000, unit: Bytes, ${MONTH} }`, "5000 bytes in a month (UTC); on every workload in shop"],
  [
    "{ selector: { matchLabels: { app: web } }, mode: Shadow, bucket: { key: [{ attribute: source.principal }], missing: Deny }, amount: 50, cost: { request: 2 }, period: { rolling: 24h }, over: Throttle, throttle: { amount: 2, per: 1s } }",
    "Refuses nobody, and counts: 50 units in any 24h for each source.principal, then 2 in 1s; on workloads with app=web",
  ],
])("%s is said in a line", (spec, expected) => {
  expect(quota.effect?.(read(spec).resource, "istio-system")).toBe(expected);
});

const WEB = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: web, namespace: shop }
spec:
  hosts: [web.shop.svc.cluster.local]
  resolution: STATIC
  workloadSelector: { labels: { app: web } }
  ports: [{ number: 9000, name: db, protocol: TCP }]`;
const ENTRY = `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: web, namespace: shop }
spec: { address: 10.0.0.1, labels: { app: web }, ports: { db: 5432 } }`;
const CLAIM = 'bucket: { key: [{ attribute: "request.auth.claims[org]" }], missing: Deny }';

test("a port that carries TCP, and a claim where no token is required, are named where they stand", () => {
  const spec = of(`match: [{ to: [{ operation: { ports: ["5432"] } }] }], ${CLAIM}`);
  const codes = /http-only-setting|claims-not-checked/;
  expect(check(WEB, ENTRY, written(spec)).filter((line) => codes.test(line))).toEqual([
    "warning claims-not-checked Quota/shop/a spec.bucket.key[0].attribute",
    "warning http-only-setting Quota/shop/a spec.match[0].to[0].operation.ports[0]",
  ]);
  const tokens = `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: a, namespace: shop }
spec: { jwtRules: [{ issuer: https://a.test }] }`;
  const http = WEB.replace("protocol: TCP", "protocol: HTTP");
  expect(check(http, ENTRY, tokens, written(of(CLAIM))).filter((line) => codes.test(line))).toEqual([]);
});

test.each<[string, string]>([
  [`{ amount: 0, ${MONTH} }`, "set it to 1 or more"],
  [of("soft: [101]"), "set it to 100 or less"],
  ["{ amount: 1, period: { rolling: 0s } }", "set a time such as 250ms, 5s or 1h30m"],
  [of("over: Throttle, throttle: { amount: 1, per: 0s }"), "set a time such as 250ms, 5s or 1h30m"],
])("%s is told with what to do", (spec, hint) => expect(read(spec).problems).toMatchObject([{ hint }]));
