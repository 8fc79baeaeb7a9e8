import { expect, test } from "vitest";
import { splitForCut } from "#components/ui/split-for-cut.ts";
import { fc } from "#testing/fc.ts";

test.each([
  ["reviews", ["reviews", ""]],
  ["payments-reconciliation-worker-blue", ["payments-reconciliation-w", "orker-blue"]],
  ["payments-reconciliation-worker-grey", ["payments-reconciliation-w", "orker-grey"]],
])("%s keeps its end", (text, parts) => {
  expect(splitForCut(text)).toEqual(parts);
});

test("both parts together are the name, whatever it is written in", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => splitForCut(text).join("") === text));
});
