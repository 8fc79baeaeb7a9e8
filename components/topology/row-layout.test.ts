import { expect, test } from "vitest";
import type { LayoutNode } from "#components/topology/layout-graph.ts";
import { rowLayout } from "#components/topology/row-layout.ts";

const node = (id: string, group = "default"): LayoutNode => ({ id, group, width: 160, height: 46 });
const NODES = [
  node("ratings"),
  ...["v1", "v2", "v3"].map((id) => node(id)),
  node("page"),
  node("lone"),
  node("gate", "edge"),
];
const EDGES = ["gate>page", "page>v1", "page>v2", "page>v3", "v2>ratings", "v3>ratings"].map((pair) => {
  const [source = "", target = ""] = pair.split(">");
  return { source, target };
});

/** Ids by rows, from the top, each row from the left. */
function rowsOf(rowMax: number): string[] {
  const positions = rowLayout(NODES, EDGES, rowMax);
  const byRow = Map.groupBy([...positions], ([, { y }]) => y);
  return [...byRow]
    .sort(([one], [other]) => one - other)
    .map(([, row]) =>
      row
        .sort(([, one], [, other]) => one.x - other.x)
        .map(([id]) => id)
        .join(" "),
    );
}

test("callers stand above what they call, no row is longer than told, and what has no edges comes last", () => {
  expect(rowsOf(4)).toEqual(["gate", "page", "v1 v2 v3", "ratings", "lone"]);
  expect(rowsOf(2)).toEqual(["gate", "page", "v1 v2", "v3", "ratings", "lone"]);
});

test("nothing lies upon another, a row stands in the middle, and the order of the input does not matter", () => {
  const positions = rowLayout(NODES, EDGES, 2);
  const all = [...positions.values()];
  for (const [at, a] of all.entries())
    for (const b of all.slice(at + 1)) expect(Math.abs(a.x - b.x) >= 160 || Math.abs(a.y - b.y) >= 46).toBe(true);
  expect((positions.get("v1")?.x ?? 0) + (positions.get("v2")?.x ?? 0)).toBe(0);
  expect(new Map(rowLayout([...NODES].reverse(), [...EDGES].reverse(), 2))).toEqual(new Map(positions));
});
