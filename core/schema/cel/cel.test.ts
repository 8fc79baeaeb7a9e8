import { expect, test } from "vitest";
import { checkLogFilter } from "#core/schema/cel/check-log-filter.ts";
import { checkTagValue } from "#core/schema/cel/check-tag-value.ts";
import { type CelValue, evaluateCel } from "#core/schema/cel/evaluate-cel.ts";
import { parseCel } from "#core/schema/cel/parse-cel.ts";

const KNOWN = new Map<string, CelValue>([
  ["response.code", 503],
  ["downstream_peer.app", "shop"],
  ["connection.mtls", true],
]);

test.each([
  ["'a' + \"b\"", "ab"],
  ["r'a\\b'", "a\\b"],
  ["'\\x41\\u00e9\\n'", "A\u00e9\n"],
  ["1 + 2 * 3 - 4", 3],
  ["7 / 2 % 2", 1],
  ["-(2) == -2", true],
  ["!!true", true],
  ["response.code >= 500 ? 'server' : 'ok'", "server"],
  ["response.code == 503 && !connection.mtls", false],
  ["string(response.code)", "503"],
  ["downstream_peer.app.startsWith('sh')", true],
  ["response.code in [200, 503]", true],
  ["has(upstream_peer.app) ? upstream_peer.app : 'nobody'", "nobody"],
  // One side decides where the other cannot be known.
  ["upstream_peer.app == 'x' || true", true],
  ["false && upstream_peer.app == 'x'", false],
  ["true && upstream_peer.app == 'x'", undefined],
  ["upstream_peer.app", undefined],
  ["response.code + 'a'", undefined],
  ["1 / 0", undefined],
])("%s comes to %j", (text, expected) => {
  const parsed = parseCel(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  expect(evaluateCel(parsed.expression, KNOWN)).toBe(expected);
});

test.each([
  "response.code >= 400",
  "request.headers['x-user'] == 'a' && request.url_path.startsWith('/api')",
  "has(connection.transport_failure_reason)",
  "!(response.code == 200 || response.code in [204, 304])",
  "request.url_path.matches('^/v[0-9]+/')",
  "response.flags != 0 // all that failed",
  "request.constructor == 'a'",
  Array(40).fill("a").join(" && "),
  Array(32).fill("1").join(" + "),
])("%s is a filter that Envoy takes", (text) => {
  expect(checkLogFilter(text)).toBeUndefined();
});

test.each([
  ["", "is empty"],
  ["response.code >=", "ends too early"],
  ["a b", '"b" at 3 is not expected'],
  ["response.code = 1", "begins nothing"],
  ["'open", "begins nothing"],
  ["namespace == 'a'", "a word of the language"],
  ["f(1)", "calls f()"],
  ["string(response.code) == 'a'", "calls string()"],
  ["[1].all(x, x > 0)", "calls all()"],
  ["has(a)", "has()"],
  ["size()", "another number of arguments"],
  ["'\\q'", "is no escape"],
  ["request.path.matches('(')", "is not a regular expression of RE2"],
  ["request.path.matches('((a{900}){900}){900}')", "is too large once compiled"],
  ["request.path == r'\\'", "which Envoy takes for no end"],
  [`${"(".repeat(40)}1${")".repeat(40)}`, "levels deep"],
  [Array(33).fill("1").join(" + "), "levels deep"],
  [`request${".a".repeat(32)}`, "levels deep"],
  ["constructor(1)", "calls constructor(), which proxies do not have"],
  ["hasOwnProperty(1)", "calls hasOwnProperty()"],
  ["__proto__(1)", "calls __proto__()"],
  ["a.constructor(1)", "calls constructor()"],
])("%s is no filter: %s", (text, problem) => {
  expect(checkLogFilter(text)).toContain(problem);
});

test("labels are made of what requests are counted by, and of nothing else", () => {
  expect(checkTagValue("'a'")).toBeUndefined();
  expect(checkTagValue("response.code >= 500 ? 'bad' : downstream_peer.app")).toBeUndefined();
  expect(checkTagValue("istio_operationId")).toEqual({
    notHandled: expect.stringContaining("not counted by istio_operationId"),
  });
  expect(checkTagValue("'a")).toContain("begins nothing");
});

test("what a proxy alone knows of a request is a label too, by itself", () => {
  for (const text of [
    "request.host",
    "request.headers['x-tenant']",
    "string(destination.port)",
    "string(request.size + 1)",
    "response.code >= 500 ? request.url_path : 'well'",
    "connection.requested_server_name",
    "size(request.path) > 9 ? 'long' : 'short'",
  ])
    expect(checkTagValue(text), text).toBeUndefined();
  expect(checkTagValue("request.host + downstream_peer.app")).toEqual({
    notHandled: expect.stringContaining("make two labels"),
  });
  expect(checkTagValue("request.host + plugin_name")).toEqual({
    notHandled: expect.stringContaining("asks for plugin_name"),
  });
  expect(checkTagValue("string(request.size) == '1'")).toContain("calls string(), which proxies do not have");
  expect(checkTagValue("request.method + ' ' + request.host")).toEqual({
    notHandled: expect.stringContaining("do not join"),
  });
  expect(checkTagValue("(request.size)%2")).toContain("write a space");
  expect(checkTagValue("request.host\n")).toBeUndefined();
  expect(checkTagValue("request.host ==\n'a'")).toContain("has a line break");
  expect(checkTagValue("request.path.matches('(') ? 'a' : 'b'")).toContain("is not a regular expression of RE2");
  expect(checkTagValue(`request.host == '${"a".repeat(200)}'`)).toContain("longer than 200");
});
