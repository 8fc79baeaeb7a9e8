import { expect, test } from "vitest";
import { planRollback, planUndo } from "#core/form/plan-revert.ts";
import type { ResourceSummary, RevisionDetail } from "#core/view/config.ts";

function revision(number: number, ...changed: RevisionDetail["changed"]): RevisionDetail {
  return { revision: number, parent: number - 1, author: "ann", reason: "", at: "2026-01-01T00:00:00Z", changed };
}

function current(ref: string, resourceVersion: number): ResourceSummary {
  return {
    ref,
    kind: "Gateway",
    namespace: "default",
    name: "x",
    resourceVersion,
    updatedAt: "",
    author: "",
    hosts: [],
    effect: "",
    diagnostics: [],
  };
}

test("undo brings back what was, and takes away what was made", () => {
  const made = revision(
    3,
    { ref: "a", op: "updated", before: "A1", after: "A2" },
    { ref: "b", op: "created", after: "B" },
    { ref: "c", op: "deleted", before: "C" },
  );
  expect(planUndo(made, [current("a", 3), current("b", 3)])).toEqual([
    { op: "upsert", text: "A1", expectedVersion: 3 },
    { op: "delete", ref: "b", expectedVersion: 3 },
    { op: "upsert", text: "C" },
  ]);
});

test("rollback takes each resource to before the first later revision that touched it", () => {
  const later = [
    revision(6, { ref: "a", op: "updated", before: "A2", after: "A3" }),
    revision(5, { ref: "a", op: "updated", before: "A1", after: "A2" }, { ref: "b", op: "created", after: "B" }),
  ];
  expect(planRollback(later, [current("a", 6)])).toEqual([{ op: "upsert", text: "A1", expectedVersion: 6 }]);
});
