import { expect, test } from "vitest";
import { formatNames, parseNames } from "#components/topology/name-list.ts";

test("a list of names survives the URL", () => {
  expect(formatNames(parseNames("b,a"))).toBe("a,b");
  expect(formatNames(parseNames(null))).toBeNull();
});
