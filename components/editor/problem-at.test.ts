import { expect, test } from "vitest";
import { countProblems, problemAt } from "#components/editor/problem-at.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import { parsePath } from "#core/schema/path.ts";
import { pathOf } from "#core/schema/testing/path-of.ts";

const at = (severity: Diagnostic["severity"], path: string, message: string, hint?: string): Diagnostic => ({
  severity,
  code: "bad-value",
  path: parsePath(path) ?? [],
  message,
  ...(hint === undefined ? {} : { hint }),
});

const FOUND = [
  at("warning", "spec.http[1].route", "the weights add up to 90, not 100"),
  at("error", "spec.http[1].route[0].destination.host", "no service review", "did you mean reviews?"),
  at("info", "spec.http[0]", "is fine"),
  at("error", "spec.http[10].timeout", "is not a duration"),
];

test.each([
  ["spec.http[1].route[0].destination.host", "no service review (did you mean reviews?)"],
  ["spec.http[1].route", "no service review (did you mean reviews?)"],
  ["spec.http[1].route[1]", undefined],
  ["spec.http[0]", undefined],
  ["spec.http[1].timeout", undefined],
  ["spec.http[10].timeout", "is not a duration"],
])("the problem of %s is %s", (path, message) => {
  expect(problemAt(FOUND, pathOf(path))).toBe(message);
});

test("counts what has to be looked at", () => {
  expect(countProblems(FOUND)).toBe("2 errors, 1 warning");
  expect(countProblems([])).toBe("");
});
