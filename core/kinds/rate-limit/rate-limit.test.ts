import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { check } from "#core/check/testing/check.ts";
import { documentOf } from "#core/kinds/document.ts";
import type { Written } from "#core/kinds/kind.ts";
import { rateLimit } from "#core/kinds/rate-limit/kind.ts";
import type { RateLimitSpec } from "#core/kinds/rate-limit/schema.ts";
import { readValue } from "#core/resource/read-value.ts";
import { formatPath } from "#core/schema/path.ts";

function read(spec: string) {
  const document = parseDocument(
    `apiVersion: limits.pharos.dev/v1\nkind: RateLimit\nmetadata: { name: a, namespace: shop }\nspec: ${spec}\n`,
  );
  const { value, problems } = readValue(document, document.contents, documentOf(rateLimit.schema));
  return { resource: value as Written<RateLimitSpec>, problems };
}

/** `error bad-value spec.rules[0].limit.per` of each. */
function found(spec: string): string[] {
  const { resource, problems } = read(spec);
  const issues = problems.length > 0 ? problems : rateLimit.validate(resource);
  return issues.map(({ severity, code, path }) => `${severity} ${code} ${formatPath(path ?? [])}`);
}

const rule = (text: string) => `{ rules: [{ name: r, ${text} }] }`;
const limit = (text: string) => rule(`limit: { ${text} }`);
const LIMIT = "limit: { amount: 10, per: 1s }";
const R = "spec.rules[0]";
const keyed = (key: string, more: string) => rule(`${LIMIT}, bucket: { key: [${key}]${more} }`);
const OPERATION = "{ to: [{ operation: { paths: [/pay] } }] }";

test.each<[string, string, string[]]>([
  ["a limit", limit("amount: 10, per: 1s"), []],
  ["none", "{}", ["error missing-field spec.rules"]],
  ["no rules", "{ rules: [] }", ["error missing-field spec.rules"]],
  ["an amount of 0", limit("amount: 0, per: 1s"), [`error bad-value ${R}.limit.amount`]],
  ["a status of the list", rule(`${LIMIT}, onLimit: { status: 503 }`), []],
  ["a status of none", rule(`${LIMIT}, onLimit: { status: 418 }`), [`error bad-value ${R}.onLimit.status`]],
  ["a status of success", rule(`${LIMIT}, onLimit: { status: 200 }`), [`error bad-value ${R}.onLimit.status`]],
  [
    "a route of a workload group",
    `{ targetRefs: [{ group: networking.istio.io, kind: WorkloadGroup, name: a, sectionName: b }], rules: [{ name: r, ${LIMIT} }] }`,
    ["error conflicting-fields spec.targetRefs[0].sectionName"],
  ],
  ["a window of 0", limit("amount: 1, per: 0s"), [`error bad-value ${R}.limit.per`]],
  ["a window without an end", limit("amount: 1, per: forever"), [`error bad-value ${R}.limit.per`]],
  ["a window of weeks", limit("amount: 1, per: 168h"), [`error bad-value ${R}.limit.per`]],
  ["a burst of 0", limit("amount: 1, per: 1s, burst: 0"), [`error bad-value ${R}.limit.burst`]],
  [
    "a burst below the cost of one request",
    rule("limit: { amount: 100, per: 1s, burst: 5 }, cost: { request: 10 }"),
    [`error conflicting-fields ${R}.limit.burst`],
  ],
  ["an amount below it", rule(`${LIMIT}, cost: { request: 11 }`), [`error conflicting-fields ${R}.limit.amount`]],
  [
    "an amount below what a header may say",
    rule(`${LIMIT}, cost: { requestHeader: x-cost, most: 11 }`),
    [`error conflicting-fields ${R}.limit.amount`],
  ],
  [
    "a header that may say anything",
    rule(`${LIMIT}, cost: { requestHeader: x-cost }`),
    [`error needs-field ${R}.cost`],
  ],
  [
    "more than a response can tell",
    rule(`${LIMIT}, cost: { responseHeader: x-cost, most: 100000001 }`),
    [`error bad-value ${R}.cost.most`],
  ],
  ["a most of no header", rule(`${LIMIT}, cost: { most: 2 }`), [`warning no-effect ${R}.cost.most`]],
  [
    "a most below the cost",
    rule(`${LIMIT}, cost: { request: 5, requestHeader: x-cost, most: 4 }`),
    [`error conflicting-fields ${R}.cost.most`],
  ],
  [
    "a claim where nobody says that there is a token",
    rule(`${LIMIT}, bucket: { key: [{ attribute: "request.auth.claims[sub]" }] }`),
    [`error needs-field ${R}.bucket`],
  ],
  [
    "a claim, and what becomes of who has none",
    rule(`${LIMIT}, bucket: { key: [{ attribute: "request.auth.claims[sub]" }], missing: Deny }`),
    [],
  ],
  [
    "addresses that are none, wherever requests are told apart",
    rule(
      `${LIMIT}, match: [{ when: [{ key: source.ip, values: [/] }] }], exempt: [{ when: [{ key: remote.ip, notValues: [a] }] }], reserve: [{ name: a, share: 50, match: [{ when: [{ key: destination.port, values: [x] }] }] }]`,
    ),
    ["match[0]", "exempt[0]", "reserve[0].match[0]"].map((at) => `error bad-value ${R}.${at}.when[0]`),
  ],
  ["addresses, which all have", rule(`${LIMIT}, bucket: { key: [{ attribute: remote.ip, prefixLength: 24 }] }`), []],
  [
    "what becomes of who has no address",
    rule(`${LIMIT}, bucket: { key: [{ attribute: remote.ip }], missing: Skip }`),
    [`warning no-effect ${R}.bucket.missing`],
  ],
  ["what is missing of no key", rule(`${LIMIT}, bucket: { missing: Skip }`), [`warning no-effect ${R}.bucket.missing`]],
  [
    "a range of names",
    rule(`${LIMIT}, bucket: { key: [{ attribute: source.principal, prefixLength: 8 }], missing: Share }`),
    [`error conflicting-fields ${R}.bucket.key[0].prefixLength`],
  ],
  ["a method and a path, which all have", keyed("{ attribute: request.method }, { attribute: request.path }", ""), []],
  [
    "paths by templates, of which a request may be of none",
    keyed('{ attribute: request.path, templates: ["/orders/{*}"] }', ""),
    [`error needs-field ${R}.bucket`],
  ],
  [
    "parts of keys",
    keyed(
      '{ attribute: request.path, templates: ["/orders/{*}"] }, { attribute: remote.ip, ranges: [10.0.0.0/8] }, { attribute: "request.headers[x-key]", regex: "^(\\\\w+):" }, { attribute: "request.query[page]" }',
      ", missing: Share",
    ),
    [],
  ],
  [
    "parts of what has none",
    keyed('{ attribute: source.principal, templates: ["/a"], ranges: [10.0.0.0/8], regex: a }', ", missing: Share"),
    ["ranges", "templates", "regex"].map((name) => `error conflicting-fields ${R}.bucket.key[0].${name}`),
  ],
  [
    "ranges of a length",
    keyed("{ attribute: source.ip, ranges: [10.0.0.0/8], prefixLength: 24 }", ", missing: Share"),
    [`error conflicting-fields ${R}.bucket.key[0].prefixLength`],
  ],
  [
    "a template that is none",
    keyed('{ attribute: request.path, templates: ["/a*"] }', ", missing: Share"),
    [`error bad-value ${R}.bucket.key[0].templates[0]`],
  ],
  [
    "a regular expression that is none",
    keyed('{ attribute: "request.headers[a]", regex: "(" }', ", missing: Share"),
    [`error bad-value ${R}.bucket.key[0].regex`],
  ],
  [
    "a workload, which no certificate says",
    keyed("{ attribute: source.workload }", ", missing: Share"),
    [`error bad-value ${R}.bucket.key[0].attribute`],
  ],
  [
    "a key that says nothing of the caller",
    rule(`${LIMIT}, bucket: { key: [{ attribute: destination.port }], missing: Share }`),
    [`error bad-value ${R}.bucket.key[0].attribute`],
  ],
  [
    "a key twice",
    rule(`${LIMIT}, bucket: { key: [{ attribute: source.ip }, { attribute: source.ip }] }`),
    [`error duplicate-value ${R}.bucket.key[1].attribute`],
  ],
  [
    "a key that nobody knows",
    rule(`${LIMIT}, bucket: { key: [{ attribute: moon }], missing: Share }`),
    [`error bad-value ${R}.bucket.key[0].attribute`],
  ],
  [
    "what is only known of the response",
    rule(`${LIMIT}, refund: { statuses: [5xx, "404"] }, cost: { responseHeader: x-cost, most: 1000 }`),
    [],
  ],
  [
    "a response that may cost anything",
    rule(`${LIMIT}, cost: { responseHeader: x-cost }`),
    [`error needs-field ${R}.cost`],
  ],
  ["a refund of no status", rule(`${LIMIT}, refund: { statuses: [9xx] }`), [`error bad-value ${R}.refund.statuses[0]`]],
  ["bytes", limit("amount: 1000000, per: 1m, unit: Bytes"), []],
  [
    "bytes that a header says",
    rule("limit: { amount: 100, per: 1s, unit: Bytes }, cost: { responseHeader: x-cost, most: 9 }"),
    [`error conflicting-fields ${R}.cost.responseHeader`],
  ],
  ["an amount of no time", limit("amount: 1"), [`error missing-field ${R}.limit`]],
  ["requests at a time", limit("amount: 5, unit: Concurrent"), []],
  [
    "requests at a time in a time",
    rule("limit: { amount: 5, unit: Concurrent, per: 1s, burst: 2 }, refund: { statuses: [5xx] }"),
    [`warning no-effect ${R}.limit.per`, `error conflicting-fields ${R}.limit.burst`, `warning no-effect ${R}.refund`],
  ],
  ["an enforced part", `{ enforcePercent: 10, rules: [{ name: r, ${LIMIT} }] }`, []],
  [
    "an enforced part of what refuses nobody",
    `{ mode: Shadow, enforcePercent: 10, rules: [{ name: r, ${LIMIT} }] }`,
    ["warning no-effect spec.enforcePercent"],
  ],
  ["a reserved share", rule(`${LIMIT}, reserve: [{ name: pay, share: 20, match: [${OPERATION}] }]`), []],
  [
    "shares that leave nothing",
    rule(`${LIMIT}, reserve: [{ name: pay, share: 100, match: [${OPERATION}] }]`),
    [`error conflicting-fields ${R}.reserve`],
  ],
  [
    "a share of less than a unit",
    rule(`${LIMIT}, reserve: [{ name: pay, share: 5, match: [${OPERATION}] }]`),
    [`warning no-effect ${R}.reserve[0].share`],
  ],
  [
    "shares of several classes",
    rule(
      `${LIMIT}, reserve: [{ name: a, share: 20, match: [${OPERATION}] }, { name: b, share: 20, match: [${OPERATION}] }]`,
    ),
    [],
  ],
  [
    "a share that leaves less than a request costs",
    rule(`${LIMIT}, cost: { request: 6 }, reserve: [{ name: a, share: 50, match: [${OPERATION}] }]`),
    [`error conflicting-fields ${R}.reserve[0].share`],
  ],
  [
    "a share that leaves what a request costs",
    rule(`${LIMIT}, cost: { request: 5 }, reserve: [{ name: a, share: 50, match: [${OPERATION}] }]`),
    [],
  ],
  ["a share of nobody", rule(`${LIMIT}, reserve: [{ name: a, share: 50 }]`), [`error missing-field ${R}.reserve[0]`]],
  [
    "a rule twice",
    `{ rules: [{ name: r, ${LIMIT} }, { name: r, ${LIMIT} }] }`,
    ["error duplicate-value spec.rules[1].name"],
  ],
  [
    "a share of the limit of one proxy",
    `{ scope: Instance, whenUncoordinated: Share, rules: [{ name: r, ${LIMIT} }] }`,
    ["warning no-effect spec.whenUncoordinated"],
  ],
  ["no counting", `{ mode: Off, rules: [{ name: r, ${LIMIT} }] }`, ["warning no-effect spec.mode"]],
  [
    "two ways to say for whom",
    `{ selector: { matchLabels: { app: a } }, targetRefs: [{ group: networking.istio.io, kind: Gateway, name: g }], rules: [{ name: r, ${LIMIT} }] }`,
    ["error conflicting-fields spec.targetRefs"],
  ],
])("%s", (_, spec, expected) => expect(found(spec)).toEqual(expected));

test("a port that carries TCP is named where it stands, and others are not", () => {
  const to = (port: number) => `[{ to: [{ operation: { ports: ["${port}"] } }] }]`;
  const spec = rule(
    `${LIMIT}, match: ${to(80)}, exempt: ${to(3306)}, reserve: [{ name: a, share: 10, match: ${to(5432)} }]`,
  );
  const { resource } = read(spec);
  expect(rateLimit.applicationPorts?.(resource.spec).map(({ port }) => port)).toEqual([80, 3306, 5432]);
  const found = check(
    `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: web }
spec:
  hosts: [web.default.svc.cluster.local]
  resolution: STATIC
  workloadSelector: { labels: { app: web } }
  ports: [{ number: 8080, name: http, protocol: HTTP }, { number: 9000, name: db, protocol: TCP }]`,
    `apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: web }
spec: { address: 10.0.0.1, labels: { app: web }, ports: { http: 80, db: 5432 } }`,
    `apiVersion: limits.pharos.dev/v1
kind: RateLimit
metadata: { name: limit }
spec: ${spec}`,
  ).filter((line) => line.includes("http-only-setting"));
  expect(found).toEqual([
    `warning http-only-setting RateLimit/default/limit ${R}.reserve[0].match[0].to[0].operation.ports[0]`,
  ]);
});

test("every problem says the next step", () => {
  const { resource } = read(
    rule(
      "limit: { amount: 1, per: 999h }, cost: { request: 2, most: 1 }, bucket: { key: [{ attribute: source.principal }] }",
    ),
  );
  for (const { hint } of rateLimit.validate(resource)) expect(hint).toMatch(/^(set|a RateLimit|leave) /);
});

test.each([
  ["of more than three shares it is said that the rest is to be left out", ["a", "b", "c", "d"], ["bad-value"]],
  ["two classes of one name are told apart", ["a", "a"], ["duplicate-value"]],
])("%s", (_, names, codes) => {
  const shares = names.map((name) => `{ name: ${name}, share: 20, match: [${OPERATION}] }`).join(", ");
  const { resource, problems } = read(rule(`${LIMIT}, reserve: [${shares}]`));
  const issues = problems.length > 0 ? problems : rateLimit.validate(resource);
  expect(issues.map(({ code }) => code)).toEqual(codes);
});

test("the template is right as it is", () => expect(found(JSON.stringify(rateLimit.template))).toEqual([]));

test.each([
  [limit("amount: 1, per: 1s"), "At most 1 request in 1s; on every workload in shop"],
  [
    `{ selector: { matchLabels: { app: web } }, mode: Shadow, rules: [{ name: a, bucket: { key: [{ attribute: source.principal }, { attribute: remote.ip, prefixLength: 24 }] }, limit: { amount: 100, per: 10s, burst: 20 } }, { name: b, cost: { request: 2 }, limit: { amount: 9, per: 1h } }] }`,
    "Refuses nobody, and counts: At most 100 requests in 10s, 20 at once for each source.principal and /24 of remote.ip; 9 units in 1h; on workloads with app=web",
  ],
  [
    `{ targetRefs: [{ group: networking.istio.io, kind: Gateway, name: edge }], scope: Instance, rules: [{ name: a, match: [${OPERATION}], ${LIMIT} }] }`,
    "At most 10 matching requests in 1s; on the workloads of Gateway edge, at each proxy",
  ],
  [
    "{ enforcePercent: 20, rules: [{ name: a, limit: { amount: 5, unit: Concurrent } }, { name: b, limit: { amount: 9, per: 1m, unit: Bytes } }] }",
    "At most 5 requests at a time; 9 bytes in 1m; on every workload in shop, enforced for 20 % of requests",
  ],
])("%s is said in a line", (spec, expected) => {
  expect(rateLimit.effect?.(read(spec).resource, "istio-system")).toBe(expected);
});

test.each([
  ["2.5", "write 2 or 3"],
  ["0.5", "write 1"],
  ['"5"', "remove the quotes"],
])("an amount of %s is answered with what may be written", (amount, hint) => {
  const { problems } = read(`{ rules: [{ name: a, limit: { amount: ${amount}, per: 1s } }] }`);
  expect(problems.map((each) => each.hint)).toEqual([hint]);
});
