import { expect, test } from "vitest";
import { compareNames } from "#core/compare-names.ts";

test("numbers in names count as numbers", () => {
  expect(["service-209", "service-21", "service-3", "app"].sort(compareNames)).toEqual([
    "app",
    "service-3",
    "service-21",
    "service-209",
  ]);
});
