import { expect, test } from "vitest";
import { Crowd } from "#core/limits/crowd.ts";
import { networkOf } from "#core/limits/network-of.ts";

function open(perParty: number, inSum: number) {
  const told: string[] = [];
  const evicted: string[] = [];
  const crowd = new Crowd<string>({
    name: "places",
    perParty,
    inSum,
    onRefused: (name, party) => told.push(`${name}: ${party}`),
    evict: (member) => evicted.push(member),
  });
  const fill = (party: string, count: number) =>
    Array.from({ length: count }, (_, at) => crowd.admit(party, `${party}${at}`)).filter(Boolean).length;
  return { crowd, told, evicted, fill };
}

test("a party has its places and no more, and what left is free again", () => {
  const { crowd, told, fill } = open(2, 10);
  expect(fill("a", 3)).toBe(2);
  expect(told).toEqual(["places: a"]);
  crowd.leave("a", "a0");
  crowd.leave("a", "a0");
  expect(crowd.admit("a", "a9")).toBe(true);
  expect(crowd.admit("a", "a10")).toBe(false);
});

test("parties that have taken every place give way to one that has fewer, the oldest of the largest first", () => {
  const { crowd, told, evicted, fill } = open(4, 8);
  expect([fill("a", 4), fill("b", 4)]).toEqual([4, 4]);
  expect(crowd.admit("c", "c0")).toBe(true);
  expect(crowd.admit("c", "c1")).toBe(true);
  expect(evicted).toEqual(["a0", "b0"]);
  expect(told).toEqual(["places: a", "places: b"]);
  expect(crowd.admit("c", "c2"), "3 of each, and 2").toBe(false);
  crowd.leave("a", "a0");
  expect(crowd.admit("a", "a9"), "one that gave way has left").toBe(false);
});

test("who takes every place of its party keeps its neighbours out for a while only", () => {
  const evicted: string[] = [];
  let nowMs = 0;
  const crowd = new Crowd<string>({
    ...{ name: "places", perParty: 2, inSum: 10, staleMs: 100, now: () => nowMs },
    onRefused: () => undefined,
    evict: (member) => evicted.push(member),
  });
  expect([crowd.admit("a", "a0"), crowd.admit("a", "a1"), crowd.admit("a", "a2")]).toEqual([true, true, false]);
  nowMs = 99;
  expect(crowd.admit("a", "a3")).toBe(false);
  nowMs = 100;
  expect([crowd.admit("a", "a4"), crowd.admit("a", "a5"), crowd.admit("a", "a6")]).toEqual([true, true, false]);
  expect(evicted).toEqual(["a0", "a1"]);
});

test("of a party that has every place those give way that are at nothing", () => {
  const evicted: string[] = [];
  const busy = new Set(["a0"]);
  let nowMs = 0;
  const crowd = new Crowd<string>({
    ...{
      name: "places",
      perParty: 2,
      inSum: 10,
      staleMs: 100,
      now: () => nowMs,
      isIdle: (member) => !busy.has(member),
    },
    onRefused: () => undefined,
    evict: (member) => evicted.push(member),
  });
  expect([crowd.admit("a", "a0"), crowd.admit("a", "a1")]).toEqual([true, true]);
  nowMs = 100;
  expect(crowd.admit("a", "a2")).toBe(true);
  busy.add("a2");
  nowMs = 1000;
  expect(crowd.admit("a", "a3"), "both are at work").toBe(false);
  expect(evicted).toEqual(["a1"]);
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::ffff:10.1.2.3", "10.1.2.3"],
  ["::1", "::1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["unix", "unix"],
])("%s is of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
