import { describe, expect, test } from "vitest";
import { CHECK_RULES } from "#core/check/check-config.ts";
import { check } from "#core/check/testing/check.ts";
import { OBSERVE_CASES } from "#core/check/testing/observe-cases.ts";
import { ROUTING_CASES } from "#core/check/testing/routing-cases.ts";
import { WORKLOAD_CASES } from "#core/check/testing/workload-cases.ts";

const CASES = [...ROUTING_CASES, ...WORKLOAD_CASES, ...OBSERVE_CASES];

describe("checks between resources", () => {
  test.each(CASES)("%s", (_name, documents, found) => {
    expect(check(...documents).sort()).toEqual([...found].sort());
  });

  test("every rule has a case that it finds something in", () => {
    const found = new Set(CASES.flatMap(([, , lines]) => lines.map((line) => line.split(" ")[1])));
    expect(CHECK_RULES.map((rule) => rule.code).filter((code) => !found.has(code))).toEqual([]);
  });
});
