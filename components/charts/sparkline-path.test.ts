import { expect, test } from "vitest";
import { sparklinePath } from "#components/charts/sparkline-path.ts";

test("the largest value touches the top and zero the floor", () => {
  expect(sparklinePath([0, 10], 100, 20)?.line).toBe("M0,19L100,1");
});

test("no traffic is a flat line on the floor", () => {
  expect(sparklinePath([0, 0, 0], 100, 20)?.line).toBe("M0,19L50,19L100,19");
});

test("one value is not a line", () => {
  expect(sparklinePath([1], 100, 20)).toBeNull();
});
