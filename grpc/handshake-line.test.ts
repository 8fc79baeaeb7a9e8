import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HandshakeLine } from "#grpc/handshake-line.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open(perParty: number, inSum: number) {
  const begun: string[] = [];
  const evicted: string[] = [];
  const line = new HandshakeLine<string>({
    ...{ perParty, inSum, staleMs: 100 },
    begin: (name) => void begun.push(name),
    evict: (name, party) => void evicted.push(`${name} of ${party}`),
    now: () => Date.now(),
  });
  const enter = (...names: string[]): void => {
    for (const name of names) line.enter(name[0] ?? "", name);
  };
  return { line, begun, evicted, enter };
}

test("a party has so many under way, and its newest goes first when one of them ends; another party is served at once", () => {
  const { line, begun, enter } = open(2, 10);
  enter("a1", "a2", "a3", "a4", "b1");
  expect(begun).toEqual(["a1", "a2", "b1"]);
  line.leave("a", "a1");
  expect(begun.at(-1)).toBe("a4");
});

test("who begins and does not go on gives way to who waits, and not before; while nobody waits it stays", () => {
  const { begun, evicted, enter } = open(2, 10);
  enter("a1", "a2");
  vi.advanceTimersByTime(99);
  enter("a3");
  expect(begun).toEqual(["a1", "a2"]);
  vi.advanceTimersByTime(1);
  expect([begun.at(-1), evicted]).toEqual(["a3", ["a1 of a"]]);
  vi.advanceTimersByTime(10_000);
  expect(evicted).toHaveLength(1);
});

test("parties that have begun all there may be give way to one that waits, the largest first", () => {
  const { begun, evicted, enter } = open(3, 4);
  enter("b1", "a1", "a2", "a3", "c1");
  expect(begun).toHaveLength(4);
  vi.advanceTimersByTime(100);
  expect([begun.at(-1), evicted]).toEqual(["c1", ["a1 of a"]]);
});

test("who leaves before its turn has none", () => {
  const { line, begun, enter } = open(1, 1);
  enter("a1", "a2", "b1");
  line.leave("a", "a2");
  line.leave("a", "a1");
  line.leave("b", "b1");
  line.leave("b", "b1");
  enter("a3");
  expect(begun).toEqual(["a1", "b1", "a3"]);
});
