import { expect, test } from "vitest";
import { keepLines } from "#core/resource/keep-lines.ts";

const lines = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at));
const QUOTED = lines(1200, (at) => `"a${at}": 1`);
const PRINTED = lines(1200, (at) => `a${at}: 1`);
/** With every other of so many first lines another. */
const changed = (count: number) => PRINTED.map((line, at) => (at % 2 === 0 && at < 2 * count ? `b${at}: 2` : line));

test("what a change did not touch stands as it was written", () => {
  const after = changed(450);
  const kept = keepLines(QUOTED.join("\n"), PRINTED.join("\n"), after.join("\n"));
  expect(kept.split("\n")).toEqual(after.map((line, at) => (line === PRINTED[at] ? QUOTED[at] : line)));
});

test("a change of more than a thousand lines is taken as it is printed", () => {
  const after = changed(550).join("\n");
  expect(keepLines(QUOTED.join("\n"), PRINTED.join("\n"), after)).toBe(after);
});
