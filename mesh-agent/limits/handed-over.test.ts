import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { HandedOver } from "#mesh-agent/limits/handed-over.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const stream = (id: string, hasEnded: boolean) => ({ id, status: 200, bytes: 7, hasEnded });
const idsOf = (handed: HandedOver) => handed.unheard.flatMap(({ streams }) => streams.map(({ id }) => id));

test("an end that nobody is known to have heard is told by the next run, and one that was heard is not", () => {
  const file = join(temporaryDir(cleanup), "journals", "ends");
  const handed = new HandedOver(file);
  const first = handed.add([stream("goes-on", false), stream("a", true)]);
  const second = handed.add([stream("b", true)]);
  expect(idsOf(new HandedOver(file))).toEqual(["a", "b"]);
  handed.heard(first.mark);
  expect(idsOf(handed)).toEqual(["b"]);
  handed.heard(second.mark);
  expect([idsOf(handed), idsOf(new HandedOver(file))]).toEqual([[], []]);
  handed.add([stream("c", true)]);
  // Half a line, of a disk without room: what comes behind it is read all the same.
  writeFileSync(file, `${readFileSync(file, "utf8")}\n["d",2`);
  const next = new HandedOver(file);
  expect(next.unheard.flatMap(({ streams }) => streams)).toEqual([stream("c", true)]);
  const last = next.add([stream("e", true)]);
  expect(idsOf(new HandedOver(file))).toEqual(["c", "e"]);
  next.heard(last.mark);
  expect(idsOf(new HandedOver(file))).toEqual([]);
});

test("a file that cannot be taken away ends nothing", () => {
  const dir = join(temporaryDir(cleanup), "journals");
  const file = join(dir, "ends");
  const handed = new HandedOver(file);
  const { mark } = handed.add([stream("a", true)]);
  rmSync(file);
  // No file: it is not taken away as one.
  mkdirSync(file);
  handed.heard(mark);
  expect(idsOf(handed)).toEqual([]);
});

test("a file that grows too long is written anew beside it, what a former run left in it counted", () => {
  const dir = temporaryDir(cleanup);
  const [file, before] = [join(dir, "ends"), join(dir, "before")];
  const ends = (count: number) => Array.from({ length: count }, (_, nth) => stream(`${nth}-${"x".repeat(85)}`, true));
  new HandedOver(file).add(ends(9_000));
  linkSync(file, before);
  const next = new HandedOver(file);
  next.add(ends(100));
  const whole = readFileSync(file, "utf8");
  next.add(ends(1_000));
  expect(readFileSync(file).length).toBeLessThan(1_000_000);
  expect(idsOf(new HandedOver(file))).toEqual(idsOf(next));
  // After a kill meanwhile there is all of the one before.
  expect(readFileSync(before, "utf8")).toBe(whole);
});

test("where nobody hears it keeps those that came last, on the file too", () => {
  const file = join(temporaryDir(cleanup), "ends");
  const handed = new HandedOver(file);
  for (let at = 0; at < 120; at += 1)
    handed.add(Array.from({ length: 200 }, (_, nth) => stream(`${at}-${nth}-${"x".repeat(40)}`, true)));
  expect(idsOf(handed)).toHaveLength(10_000);
  expect(readFileSync(file).length).toBeLessThan(1_000_000);
  expect(idsOf(new HandedOver(file)).at(-1)).toMatch(/^119-199-/);
});
