import { expect, test } from "vitest";
import { chooseClosed } from "#core/graph/choose-closed.ts";
import { node } from "#core/graph/testing/graph-fixture.ts";

function nodes(sizes: Readonly<Record<string, number>>) {
  return Object.entries(sizes).flatMap(([namespace, size]) =>
    Array.from({ length: size }, (_, index) => node(`${namespace}-${index}`, namespace)),
  );
}

const nothing = { closed: new Set<string>(), open: new Set<string>() };

test("a graph that fits stays open", () => {
  expect(chooseClosed(nodes({ a: 100, b: 50 }), nothing).size).toBe(0);
});

test("one that does not starts with every namespace closed that holds more than one node", () => {
  expect([...chooseClosed(nodes({ a: 100, b: 60, c: 1 }), nothing)]).toEqual(["a", "b"]);
});

test("a single namespace stays open however large: closed, there would be nothing to see", () => {
  expect(chooseClosed(nodes({ a: 400 }), nothing).size).toBe(0);
});

test("what a person opened stays open, what they closed stays closed", () => {
  expect([
    ...chooseClosed(nodes({ a: 400, b: 20, c: 30 }), { closed: new Set(["b", "gone"]), open: new Set(["a"]) }),
  ]).toEqual(["b", "c"]);
});
