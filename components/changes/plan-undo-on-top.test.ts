import { expect, test } from "vitest";
import { changedSince, planUndoOnTop } from "#components/changes/plan-undo-on-top.ts";
import type { ChangedResource, ResourceSummary, RevisionDetail } from "#core/view/config.ts";

const REF = "VirtualService/default/reviews";

function revision(...changed: readonly ChangedResource[]): RevisionDetail {
  return { revision: 3, parent: 2, author: "ann", reason: "", at: "2026-01-01T00:00:00Z", changed };
}

function standing(resourceVersion: number): ResourceSummary[] {
  return [
    {
      ref: REF,
      kind: "VirtualService",
      namespace: "default",
      name: "reviews",
      resourceVersion,
      updatedAt: "",
      author: "",
      hosts: [],
      effect: "",
      diagnostics: [],
    },
  ];
}

const text = (weight: number, timeout: string) => `spec:
  # The share of v1.
  weight: ${weight}
  hosts: [reviews]
  gateways: [mesh]
  exportTo: ["."]
  name: one
  timeout: ${timeout}
`;
const updated: ChangedResource = { ref: REF, op: "updated", before: text(50, "1s"), after: text(31, "1s") };

test("a resource that nobody touched since gets its text of before", () => {
  const plan = planUndoOnTop(revision(updated), standing(3), new Map());
  expect(plan).toEqual({
    changes: [{ op: "upsert", text: text(50, "1s"), expectedVersion: 3 }],
    merged: [],
    blocked: [],
  });
});

test("what came after stays: only the places that the revision changed go back, comments included", () => {
  const now = text(31, "7s");
  expect(changedSince(revision(updated), standing(5))).toEqual([REF]);
  expect(planUndoOnTop(revision(updated), standing(5), new Map([[REF, now]]))).toEqual({
    changes: [{ op: "upsert", text: text(50, "7s"), expectedVersion: 5 }],
    merged: [{ ref: REF, overlaps: [] }],
    blocked: [],
  });
});

test("a place that a later revision changed too is named", () => {
  const plan = planUndoOnTop(revision(updated), standing(5), new Map([[REF, text(10, "1s")]]));
  expect(plan.merged).toEqual([{ ref: REF, overlaps: ["spec.weight"] }]);
  expect(plan.changes).toEqual([{ op: "upsert", text: text(50, "1s"), expectedVersion: 5 }]);
});

test.each([
  ["made and changed since", { ref: REF, op: "created", after: text(50, "1s") }, standing(5), text(50, "2s")],
  ["deleted since", updated, [], undefined],
  ["deleted and made again", { ref: REF, op: "deleted", before: text(50, "1s") }, standing(5), text(1, "1s")],
] as const)("nothing is planned over a resource that was %s", (_, change, current, now) => {
  const texts = new Map(now === undefined ? [] : [[REF, now]]);
  const plan = planUndoOnTop(revision(change), current, texts);
  expect(plan.changes).toEqual([]);
  expect(plan.blocked.map(({ ref }) => ref)).toEqual([REF]);
});

test("what the revision made is taken away, and what it deleted is brought back", () => {
  const made = { ref: REF, op: "created", after: text(50, "1s") } as const;
  const gone = { ref: "Gateway/default/gone", op: "deleted", before: "C" } as const;
  expect(planUndoOnTop(revision(made, gone), standing(3), new Map()).changes).toEqual([
    { op: "delete", ref: REF, expectedVersion: 3 },
    { op: "upsert", text: "C" },
  ]);
});
