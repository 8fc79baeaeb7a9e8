import { expect, test } from "vitest";
import { CHECK_RULES } from "#core/check/check-config.ts";
import { check, type SilentCases } from "#core/check/testing/check.ts";
import { SILENT_OBSERVE } from "#core/check/testing/observe-cases.ts";
import { SILENT_ROUTING } from "#core/check/testing/silent-routing.ts";
import { SILENT_WORKLOADS } from "#core/check/testing/silent-workloads.ts";

// For each rule what comes close and is right: a warning that is wrong teaches people to read none.

const CLOSE: SilentCases = { ...SILENT_ROUTING, ...SILENT_WORKLOADS, ...SILENT_OBSERVE };

test.each(CHECK_RULES)("$code has a case in which it stays silent", ({ code }) => {
  expect(CLOSE[code] ?? []).not.toEqual([]);
});

test.each(
  Object.entries(CLOSE).flatMap(([code, cases]) => cases.map(([name, documents]) => ({ code, name, documents }))),
)("$code says nothing of $name", ({ code, documents }) => {
  expect(check(...documents).filter((line) => line.split(" ")[1] === code)).toEqual([]);
});
