import { expect, test } from "vitest";
import { rebaseDocument } from "#core/form/rebase-document.ts";

const BASE = "spec:\n  # shares\n  weights: [90, 10]\n  timeout: 5s\n";

test("puts my change into theirs and keeps their comments", () => {
  const theirs = "spec:\n  # shares, see ticket 12\n  weights: [90, 10]\n  timeout: 1s\n";
  expect(rebaseDocument(BASE, BASE.replace("[90, 10]", "[50, 50]"), theirs)).toEqual({
    kind: "rebased",
    text: theirs.replace("[90, 10]", "[50, 50]"),
    overlaps: [],
  });
});

test("names what both changed", () => {
  const result = rebaseDocument(BASE, BASE.replace("90", "50"), BASE.replace("90", "70").replace("5s", "1s"));
  expect(result).toEqual({
    kind: "rebased",
    text: BASE.replace("90", "50").replace("5s", "1s"),
    overlaps: ["spec.weights[0]"],
  });
});

test("the same change by both is no overlap", () => {
  const changed = BASE.replace("5s", "1s");
  expect(rebaseDocument(BASE, changed, changed)).toEqual({ kind: "rebased", text: changed, overlaps: [] });
});

test("says why when my text is not YAML", () => {
  expect(rebaseDocument(BASE, "spec: [", BASE)).toMatchObject({ kind: "impossible" });
});
