import { expect, test } from "vitest";
import { FairTurns } from "#core/limits/fair-turns.ts";

function open(perParty: number, inSum: number) {
  const turns = new FairTurns({ perParty, inSum });
  const begun: string[] = [];
  const ask = (name: string) => turns.ask(name[0] ?? "", () => begun.push(name));
  return { turns, begun, ask };
}

test("what is more than a party may have at a time waits for its own to end, and nobody else does", () => {
  const { turns, begun, ask } = open(2, 10);
  for (const name of ["a1", "a2", "a3", "b1"]) ask(name);
  expect(begun).toEqual(["a1", "a2", "b1"]);
  turns.end("b");
  expect(begun).toHaveLength(3);
  turns.end("a");
  expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
});

test("parties that wait are served in turn, however much one of them asks for", () => {
  const { turns, begun, ask } = open(4, 1);
  for (const name of ["a1", "a2", "a3", "b1", "c1", "b2"]) ask(name);
  for (const party of ["a", "a", "b", "c", "a"]) turns.end(party);
  expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"]);
});

test("who leaves before it has begun never begins; who has begun cannot leave", () => {
  const { turns, begun, ask } = open(1, 1);
  const [first, second] = [ask("a1"), ask("a2"), ask("a3")];
  expect(second?.leave()).toBe(true);
  expect(second?.leave()).toBe(false);
  turns.end("a");
  expect(begun).toEqual(["a1", "a3"]);
  expect(first?.leave()).toBe(false);
});
