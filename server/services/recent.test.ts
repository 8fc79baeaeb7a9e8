import { expect, test } from "vitest";
import { recent } from "#server/services/recent.ts";

function counted() {
  let nowMs = 0;
  let asked = 0;
  const answers: ((value: string) => void)[] = [];
  const get = recent(
    () => {
      asked += 1;
      return new Promise<string>((resolve) => answers.push(resolve));
    },
    { freshMs: 1000, staleMs: 5000, patienceMs: 1, now: () => nowMs },
  );
  return {
    get,
    answer: async (value: string) => {
      answers.shift()?.(value);
      await new Promise((done) => setImmediate(done));
    },
    advance: (ms: number) => {
      nowMs += ms;
    },
    asked: () => asked,
  };
}

test("those who ask at once share one question", async () => {
  const { get, answer, asked } = counted();
  const both = Promise.all([get(), get()]);
  await answer("a");
  expect(await both).toEqual(["a", "a"]);
  expect(asked()).toBe(1);
});

test("an answer past its freshness is given while the next is on its way, and not past its end", async () => {
  const { get, answer, advance, asked } = counted();
  const first = get();
  await answer("a");
  expect(await first).toBe("a");
  advance(1500);
  expect(await get()).toBe("a");
  expect(asked()).toBe(2);
  await answer("b");
  expect(await get()).toBe("b");
  advance(6000);
  const late = get();
  await answer("c");
  expect(await late).toBe("c");
  advance(6000);
  // Whoever is to answer is busy: the last answer after all.
  expect(await get()).toBe("c");
  await answer("d");
  expect(await get()).toBe("d");
});
