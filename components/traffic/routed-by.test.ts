import { expect, test } from "vitest";
import { routedBy } from "#components/traffic/routed-by.ts";

const failed = (reason: string) => ({ message: "no", data: { reason } });
const REFS = ["VirtualService/shop/pay"];

test.each([
  ["routes that name it", { data: { namedBy: REFS }, error: null }, REFS],
  ["nothing names it", { data: undefined, error: failed("not-found") }, []],
  ["nothing names it any more", { data: { namedBy: REFS }, error: failed("not-found") }, []],
  ["it is not loaded yet", { data: undefined, error: null }, undefined],
  ["loading failed", { data: undefined, error: failed("unavailable") }, undefined],
  ["loading failed again", { data: { namedBy: REFS }, error: failed("unavailable") }, REFS],
])("tells what routes a host that no service declares: %s", (_, asked, refs) => {
  expect(routedBy(asked)).toEqual(refs);
});
