import { describe, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { meetsRequirements, parseLabelSelector } from "#core/resource/label-selector.ts";

const RESOURCES = {
  v1: { app: "reviews", version: "v1", weight: "5" },
  v2: { app: "reviews", version: "v2", weight: "50", "team.example/owner": "shop" },
  empty: { app: "", canary: "" },
  none: {},
} as const;

/** What kubectl chooses of them. */
test.each<[string, string]>([
  ["", "v1 v2 empty none"],
  ["  ", "v1 v2 empty none"],
  ["app=reviews", "v1 v2"],
  ["app==reviews", "v1 v2"],
  [" app = reviews , version = v2 ", "v2"],
  ["version!=v1", "v2 empty none"],
  ["version in (v1,v3)", "v1"],
  ["version in(v1)", "v1"],
  ["version notin (v1, v3)", "v2 empty none"],
  ["app", "v1 v2 empty"],
  ["!app", "none"],
  ["! canary,app", "v1 v2"],
  ["app=", "empty"],
  ["app=,canary", "empty"],
  ["app in ()", "empty"],
  ["app in (,reviews)", "v1 v2 empty"],
  ["app!=", "v1 v2 none"],
  ["weight>5", "v2"],
  ["weight < 50", "v1"],
  ["version>1", ""],
  ["team.example/owner=shop", "v2"],
  ["in=a", ""],
  ["app in (in,reviews)", "v1 v2"],
])("%j chooses %s", (text, names) => {
  const requirements = parseLabelSelector(text);
  const chosen = Object.entries(RESOURCES).filter(([, labels]) => meetsRequirements(labels, requirements));
  expect(chosen.map(([name]) => name).join(" ")).toBe(names);
});

test("what every object inherits is no label", () => {
  expect(meetsRequirements(JSON.parse('{"a":"1"}'), parseLabelSelector("constructor"))).toBe(false);
});

describe("a selector that is none says where and what", () => {
  test.each([
    ["app=reviews,", "a label is missing: there is the end at character 13"],
    [",app", 'a label is missing: there is "," at character 1'],
    ["app reviews", '"=", "!=", "in" or "notin" is missing: there is "reviews" at character 5'],
    ["app in reviews", '"(" is missing: there is "reviews" at character 8'],
    ["app in (a,b", '")" is missing: there is the end at character 12'],
    ["app in (a b)", '")" is missing: there is "b" at character 11'],
    ["app=a=b", '"," is missing: there is "=" at character 6'],
    ["app=(a)", '"(" is not a label value, at character 5'],
    ["!", "a label is missing: there is the end at character 2"],
    ["!app=a", '"," is missing: there is "=" at character 5'],
    ["app>many", 'a whole number is missing: there is "many" at character 5'],
    ["-app=a", '"-app" is not a label key, at character 1'],
    ["app=é", '"é" is not a label value'],
    ["UPPER/app=a", "the part before the slash is not a DNS name"],
  ])("%j", (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
    expect(() => parseLabelSelector(text)).toThrow(
      expect.objectContaining({ code: "invalid", hint: expect.stringContaining("app=reviews") }),
    );
    expect(() => parseLabelSelector(text)).toThrow(PharosError);
  });
});
