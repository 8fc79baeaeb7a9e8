import { expect, test } from "vitest";
import { formatDiagnostic, toPrinted } from "#cli/output/print-diagnostics.ts";
import { errorAt } from "#core/diagnostic.ts";

const FOUND = {
  ...errorAt(["spec", "http", 0, "headers", "end.user"], "bad-value", "is no name", "give it one"),
  file: "a.yaml",
  line: 2,
  column: 3,
};

test("a path is text in what is printed, for people and for programs", () => {
  expect(formatDiagnostic(FOUND)).toBe(
    'a.yaml:2:3: error: spec.http[0].headers["end.user"]: is no name [bad-value]\n    hint: give it one',
  );
  expect(JSON.stringify(toPrinted([FOUND]))).toBe(
    JSON.stringify([{ ...FOUND, path: 'spec.http[0].headers["end.user"]' }]),
  );
});
