import { expect, test } from "vitest";
import { revisionsToRead } from "#components/changes/later-revisions.ts";
import type { RevisionSummary } from "#core/view/config.ts";

const made = (revision: number, ...refs: string[]): RevisionSummary => ({
  revision,
  parent: revision - 1,
  author: "",
  reason: "",
  at: "",
  changed: refs.map((ref) => ({ ref, op: "updated" })),
});

test("reads for each resource the first revision that touched it since, and no more", () => {
  const history = [made(9, "a", "b"), made(8, "a"), made(7, "c", "a"), made(6, "a"), made(5, "z")];
  expect(revisionsToRead(5, history)).toEqual([6, 7, 9]);
  expect(revisionsToRead(9, history)).toEqual([]);
});
