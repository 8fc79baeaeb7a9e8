import { expect, test } from "vitest";
import { groupMarks } from "#components/topology/group-marks.ts";
import type { ChangeMark } from "#core/traffic/revision-effect.ts";

const mark = (revision: number, atMs: number): ChangeMark => ({
  ...{ revision, atMs, author: "ada", reason: "", refs: [], changed: 1, findings: [], bears: null },
});

test("marks that would cover each other are one, where the newest of them stands", () => {
  const groups = groupMarks([mark(4, 900), mark(3, 880), mark(2, 860), mark(1, 100)], 0, 1000);
  expect(groups.map(({ at, marks }) => [at, marks.map(({ revision }) => revision)])).toEqual([
    [0.9, [4, 3]],
    [0.86, [2]],
    [0.1, [1]],
  ]);
});
