import { describe, expect, test } from "vitest";
import { type Sent, SentQueue } from "#server/xds/sent-queue.ts";

/** Counts how often somebody looked at the names of a response. */
function counted() {
  let looks = 0;
  const sent = (nonce: string, names: readonly string[]): Sent => {
    const chunk = {
      get names() {
        looks += 1;
        return names;
      },
    };
    const response = { typeUrl: "", nonce, chunks: [chunk], parts: [], extras: {} };
    return { response, isPush: true, isAgain: false, isPart: false };
  };
  return { sent, looks: () => looks };
}

describe("what is on its way", () => {
  test("a name is held until the last response with it is answered", () => {
    const { sent } = counted();
    const queue = new SentQueue();
    queue.push(sent("1", ["a", "b"]));
    queue.push(sent("2", ["b"]));
    expect([queue.holds("a"), queue.holds("b"), queue.holds("c")]).toEqual([true, true, false]);
    queue.push(sent("3", ["c"]));
    expect(queue.takeUntil("unknown")).toEqual([]);
    expect(queue.takeUntil("1")).toHaveLength(1);
    expect([queue.holds("a"), queue.holds("b"), queue.holds("c")]).toEqual([false, true, true]);
    expect(queue.takeUntil("3").map(({ response }) => response.nonce)).toEqual(["2", "3"]);
    expect([queue.holds("b"), queue.holds("c"), queue.length]).toEqual([false, false, 0]);
    queue.push(sent("4", ["c"]));
    expect(queue.holds("c")).toBe(true);
  });

  test("each response is looked at once when it is sent and once when it is answered, however many names are asked for", () => {
    const { sent, looks } = counted();
    const queue = new SentQueue();
    const names = Array.from({ length: 500 }, (_, index) => `n${index}`);
    for (const name of names) {
      expect(queue.holds(name)).toBe(false);
      queue.push(sent(name, [name]));
    }
    for (const name of names) {
      queue.takeUntil(name);
      expect(queue.holds(name)).toBe(false);
    }
    expect(looks()).toBeLessThanOrEqual(2 * names.length);
  });

  test("where nobody asks, nobody looks", () => {
    const { sent, looks } = counted();
    const queue = new SentQueue();
    queue.push(sent("1", ["a"]));
    queue.push(sent("2", ["a"]));
    queue.takeUntil("1");
    expect(looks()).toBe(0);
  });
});
