import { expect, test } from "vitest";
import { OwnListeners } from "#server/own-listeners.ts";

const OWN = ["127.0.0.1", "10.0.0.1", "::1", "fd00::1", "fe80::1%eth0"];

test.each<[host: string, address: string, isOwn: boolean]>([
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "::ffff:127.0.0.1", true],
  ["127.0.0.1", "127.0.0.2", false],
  ["127.0.0.1", "10.0.0.1", false],
  ["10.0.0.1", "10.0.0.1", true],
  ["10.0.0.1", "127.0.0.1", false],
  ["0.0.0.0", "127.0.0.2", true],
  ["0.0.0.0", "10.0.0.1", true],
  ["0.0.0.0", "10.0.0.2", false],
  ["0.0.0.0", "fd00::1", false],
  ["::", "fd00:0::1", true],
  ["::", "10.0.0.1", true],
  ["::", "10.0.0.2", false],
  ["localhost", "127.0.0.1", true],
  ["localhost", "10.0.0.2", false],
])("a listener on %s has %s: %s", (host, address, isOwn) => {
  const listeners = new OwnListeners(() => OWN);
  listeners.add(host, 20_001);
  expect(listeners.has(address, 20_001)).toBe(isOwn);
  expect(listeners.has(address, 20_002)).toBe(false);
});

test("what is not listened on is nowhere", () => {
  const listeners = new OwnListeners(() => OWN);
  listeners.add("0.0.0.0", 0);
  listeners.add("0.0.0.0", null);
  expect(listeners.has("10.0.0.1", 0)).toBe(false);
});
