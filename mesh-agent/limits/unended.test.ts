import { expect, test } from "vitest";
import { Ending, Unended } from "#mesh-agent/limits/unended.ts";

const ENDED = { status: 200, bytes: 5, told: new Map<string, number>() };

test("what is settled is settled once, also what comes after the end", () => {
  const settled: string[] = [];
  const ending = new Ending();
  ending.add((ended) => settled.push(`before ${ended?.status}`));
  ending.end(ENDED);
  ending.end(undefined);
  ending.add((ended) => settled.push(`after ${ended?.status}`));
  expect(settled).toEqual(["before 200", "after 200"]);
});

test("a request ends by its name; an unknown one, or one that ended before, is nobody's", () => {
  const unended = new Unended("run", 10);
  const settled: unknown[] = [];
  const open = () => {
    const ending = new Ending();
    ending.add((ended) => settled.push(ended));
    return ending;
  };
  const id = unended.add(open(), new AbortController().signal);
  unended.end("other", ENDED);
  unended.end(id, ENDED);
  unended.end(id, ENDED);
  expect(settled).toEqual([ENDED]);
});

test("how far one has come is told by its name until it has ended, and of no other", () => {
  const unended = new Unended("run", 10);
  const [ending, heard] = [new Ending(), [] as number[]];
  expect(ending.isGrowing).toBe(false);
  ending.addGrowing(({ bytes }) => heard.push(bytes));
  expect(ending.isGrowing).toBe(true);
  const id = unended.add(ending, new AbortController().signal);
  unended.hear(id, { ...ENDED, bytes: 7 }, false, 0);
  unended.hear("other", { ...ENDED, bytes: 8 }, false, 0);
  ending.end(ENDED);
  unended.hear(id, { ...ENDED, bytes: 9 }, false, 0);
  expect(heard).toEqual([7]);
});

test("of too many the oldest end without a word", () => {
  const unended = new Unended("run", 2);
  const settled: string[] = [];
  const open = (name: string) => {
    const ending = new Ending();
    ending.add((ended) => settled.push(`${name} ${ended?.status}`));
    return ending;
  };
  for (const name of ["a", "b", "c", "d"]) unended.add(open(name), new AbortController().signal);
  expect(settled).toEqual(["a undefined", "b undefined"]);
});

test("what came by a connection that has ended is over, and nothing else is", () => {
  const unended = new Unended("run", 10);
  const settled: string[] = [];
  const [one, other] = [new AbortController(), new AbortController()];
  const open = (name: string, { signal }: AbortController) => {
    const ending = new Ending();
    ending.add((ended) => settled.push(`${name} ${ended?.status}`));
    return unended.add(ending, signal);
  };
  open("a", one);
  open("b", one);
  const last = open("c", other);
  one.abort();
  open("d", one);
  expect(settled).toEqual(["a undefined", "b undefined", "d undefined"]);
  unended.end(last, ENDED);
  expect(settled.at(-1)).toBe("c 200");
});

test("of a former run the log tells the end, of this one whoever asks; nobody waits for those that nobody hears of", () => {
  const unended = new Unended("run", 10);
  const settled: string[] = [];
  const open = (name: string) => {
    const ending = new Ending();
    ending.addGrowing(() => undefined);
    ending.add((ended) => settled.push(`${name} ${ended?.bytes}`));
    return ending;
  };
  unended.resume("former-1", open("told"), 0);
  unended.resume("former-2", open("silent"), 0);
  unended.resume("former-3", open("heard of"), 0);
  const own = unended.add(open("own"), new AbortController().signal);
  expect(unended.hear("former-1", { ...ENDED, bytes: 7 }, true, 5)).toBe(false);
  expect(unended.hear("former-3", { ...ENDED, bytes: 8 }, false, 5)).toBe(true);
  expect(unended.hear(own, { ...ENDED, bytes: 9 }, true, 5)).toBe(true);
  unended.forgetFormer(5);
  expect(settled).toEqual(["told 7", "silent undefined"]);
  unended.end("former-3", { ...ENDED, bytes: 10 });
  expect([settled.at(-1), unended.hasFormer]).toEqual(["heard of 10", false]);
});

test("a next run has to know the end that the log tells of one that has a place; with its Envoy gone places alone are free at once", () => {
  const unended = new Unended("run", 10);
  const settled: string[] = [];
  const open = (name: string, isGrowing = false) => {
    const ending = new Ending();
    ending.addPlaces([["key", 1]]);
    if (isGrowing) ending.addGrowing(() => undefined);
    ending.add(() => settled.push(name));
    return ending;
  };
  const own = unended.add(open("own"), new AbortController().signal);
  expect(unended.hear(own, ENDED, false, 1)).toBe(false);
  expect(unended.hear(own, ENDED, true, 1)).toBe(true);
  unended.resume("former-1", open("place"), 0);
  unended.resume("former-2", open("place and bytes", true), 0);
  unended.endFormerPlaces();
  expect(settled).toEqual(["place"]);
});
