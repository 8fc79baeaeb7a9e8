import { expect, test } from "vitest";
import { ownAddress } from "#mesh-agent/control-plane/own-address.ts";

test.each([
  ["127.0.0.1:15012", "127.0.0.1"],
  ["localhost:1", "127.0.0.1"],
  ["[::1]:15012", "::1"],
])("on the way to %s this host is %s", async (server, address) => {
  expect(await ownAddress(server)).toBe(address);
});

test("a name that nobody knows leads nowhere", async () => {
  await expect(ownAddress("control-plane.invalid:15012")).rejects.toThrow();
});
