import { expect, test } from "vitest";
import { CellTable } from "#server/compile/cell-table.ts";
import { concerned, DerivedTable } from "#server/compile/derived-table.ts";
import { type Cell, forget, type Reader, Recorder } from "#server/compile/recorder.ts";

const reader = (): Reader => ({ reads: [] });

/** Numbers by name, and whether their sum is large. */
function open(numbers: Map<string, number>) {
  const recorder = new Recorder();
  const table = new CellTable(recorder, (key) => numbers.get(key) ?? 0);
  const derived = new DerivedTable(recorder);
  const isLarge = () => derived.ask("is large", () => table.ask("a") + table.ask("b") > 10);
  const set = (key: string, value: number): ReadonlySet<Reader> => {
    numbers.set(key, value);
    const touched = new Set<Cell>();
    table.touch(key, touched);
    return concerned(touched);
  };
  return { recorder, table, derived, isLarge, set };
}

test("who asked is concerned, as far as the last time goes", () => {
  const { recorder, table, set } = open(new Map());
  const [one, other] = [reader(), reader()];
  recorder.record(one, () => table.ask("a"));
  recorder.record(other, () => table.ask("b"));
  expect([...set("a", 1)]).toEqual([one]);
  recorder.record(one, () => table.ask("b"));
  expect(set("a", 2).size).toBe(0);
  expect(set("b", 2)).toEqual(new Set([one, other]));
  forget(one);
  expect([...set("b", 3)]).toEqual([other]);
});

test("an answer that comes out as before concerns nobody", () => {
  const { recorder, isLarge, set } = open(new Map());
  const one = reader();
  expect(recorder.record(one, isLarge)).toBe(false);
  expect(set("a", 5).size).toBe(0);
  expect([...set("b", 6)]).toEqual([one]);
  expect(recorder.record(one, isLarge)).toBe(true);
  expect(set("b", 7).size).toBe(0);
});

test("one that threw is asked again when what it had read changes", () => {
  const { recorder, table, set } = open(new Map());
  const one = reader();
  const ask = () => {
    if (table.ask("a") === 0) throw new Error("zero");
  };
  expect(() => recorder.record(one, ask)).toThrow("zero");
  expect([...set("a", 1)]).toEqual([one]);
});

test("an answer that cannot be given concerns who asked, and is given again when what it read changes", () => {
  const { recorder, set, derived, table } = open(new Map([["a", 1]]));
  const whole = () =>
    derived.ask("whole", () => {
      if (table.ask("a") === 0) throw new Error("zero");
      return "whole";
    });
  const one = reader();
  expect(recorder.record(one, whole)).toBe("whole");
  expect([...set("a", 0)]).toEqual([one]);
  expect(() => recorder.record(one, whole)).toThrow("zero");
  expect([...set("a", 2)]).toEqual([one]);
  expect(recorder.record(one, whole)).toBe("whole");
});

test("a cell is not lost where its last reader leaves it while another is being computed", () => {
  const { recorder, table, set } = open(new Map());
  const [one, other] = [reader(), reader()];
  recorder.record(other, () => table.ask("a"));
  recorder.record(one, () => {
    table.ask("a");
    recorder.record(other, () => table.ask("b"));
  });
  expect([...set("a", 1)]).toEqual([one]);
});

test("what is asked while nobody is computed is kept for nobody", () => {
  const { recorder, table, isLarge, set } = open(new Map([["a", 20]]));
  expect(isLarge()).toBe(true);
  const one = reader();
  recorder.record(one, () => recorder.pause(() => table.ask("a")));
  expect(set("a", 0).size).toBe(0);
  expect(isLarge()).toBe(false);
});
