import { expect, test } from "vitest";
import type { KeyPart } from "#core/rate-limit/counting-rule.ts";
import { possibleValues } from "#core/rate-limit/possible-values.ts";
import { formatLimitKey, parseLimitKey } from "#node/limit-key.ts";

const part = (attribute: string, more: Partial<KeyPart> = {}): KeyPart => ({
  ...{ attribute, prefixLength: undefined, templates: [], ranges: [], regex: undefined },
  ...more,
});
const tenant = part("request.headers[x-tenant]");
const path = part("request.path", { templates: ["/orders/{*}"] });
const range = part("source.ip", { ranges: ["10.0.0.0/8"] });

test.each<[string, KeyPart[], string, boolean]>([
  ["no key", [], "", true],
  ["a value of no key", [], '["a"]', false],
  ["a value", [tenant], '["acme"]', true],
  ["of another number of parts", [tenant], '["acme","b"]', false],
  ["written otherwise", [tenant], '[ "acme" ]', false],
  ["no list", [tenant], "acme", false],
  ["a number", [tenant], "[1]", false],
  ["who lacks it", [tenant], "[null]", true],
  ["who lacks one of two, which is who lacks both", [tenant, path], '["acme",null]', false],
  ["a template", [path], '["/orders/{*}"]', true],
  ["a path of it", [path], '["/orders/7"]', false],
  ["a range", [range], '["10.0.0.0/8"]', true],
  ["another range", [range], '["11.0.0.0/8"]', false],
  ["an address", [part("source.ip")], '["::1"]', true],
  ["a network of no prefix", [part("source.ip")], '["10.0.0.0/24"]', false],
  ["a network", [part("source.ip", { prefixLength: 24 })], '["10.0.0.0/24"]', true],
  ["no address", [part("remote.ip")], '["acme"]', false],
  ["an account", [part("source.serviceAccount")], '["shop/web"]', true],
  ["no account", [part("source.serviceAccount")], '["web"]', false],
])("%s", (_, key, text, isPossible) => {
  expect(possibleValues({ key, missing: "Share" }, text)).toBe(isPossible);
});

test("who lacks a part has no bucket where that is not shared", () => {
  expect(possibleValues({ key: [tenant], missing: "Skip" }, "[null]")).toBe(false);
});

test("long values stand for themselves", () => {
  const key = formatLimitKey({ policy: "shop/a", rule: "r", values: ["\u{1f600}\n".repeat(200)] });
  expect(possibleValues({ key: [tenant], missing: "Deny" }, parseLimitKey(key)?.values ?? "")).toBe(true);
});
