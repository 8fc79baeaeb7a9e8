import { expect, test } from "vitest";
import { safeNext } from "#components/shell/safe-next.ts";

test.each([
  ["/traces?errors=1", "/traces?errors=1"],
  [undefined, "/overview"],
  ["https://elsewhere.example", "/overview"],
  ["//elsewhere.example", "/overview"],
  ["/\\elsewhere.example", "/overview"],
  ["/sign-in?next=/sign-in", "/overview"],
])("%s leads to %s", (next, target) => {
  expect(safeNext(next)).toBe(target);
});
