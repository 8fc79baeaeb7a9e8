import { expect, test } from "vitest";
import type { LayoutNode, Positions } from "#components/topology/layout-graph.ts";
import { separateGroups } from "#components/topology/separate-groups.ts";
import { fc } from "#testing/fc.ts";

const node = (id: string, group: string): LayoutNode => ({ id, group, width: 160, height: 46 });

function boxes(nodes: readonly LayoutNode[], positions: Positions) {
  return [...Map.groupBy(nodes, ({ group }) => group).values()].map((members) => {
    const points = members.map(({ id }) => positions.get(id) ?? { x: 0, y: 0 });
    return {
      left: Math.min(...points.map(({ x }) => x)) - 114,
      right: Math.max(...points.map(({ x }) => x)) + 114,
      top: Math.min(...points.map(({ y }) => y)) - 57,
      bottom: Math.max(...points.map(({ y }) => y)) + 57,
    };
  });
}

test("what does not overlap stays where it is", () => {
  const nodes = [node("a", "one"), node("b", "two")];
  const positions = new Map([
    ["a", { x: 0, y: 0 }],
    ["b", { x: 500, y: 0 }],
  ]);
  expect(separateGroups(nodes, positions)).toEqual(positions);
});

test("closed namespaces that would stand upon each other stand apart", () => {
  const nodes = ["a", "b", "c"].map((id) => node(`namespace:${id}`, id));
  const stacked = new Map(nodes.map(({ id }) => [id, { x: 10, y: 20 }]));
  const places = [...separateGroups(nodes, stacked).values()].map(({ x, y }) => `${x} ${y}`);
  expect(new Set(places).size).toBe(3);
});

test("whatever the places, no two boxes overlap, and a group keeps its shape", () => {
  const place = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 500 }) });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(place, fc.constantFrom("a", "b", "c", "d")), { minLength: 2, maxLength: 14 }),
      (all) => {
        const nodes = all.map(([, group], at) => node(`${at}`, group));
        const before = new Map(all.map(([point], at) => [`${at}`, point]));
        const after = separateGroups(nodes, before);
        const drawn = boxes(nodes, after);
        for (const [at, a] of drawn.entries())
          for (const b of drawn.slice(at + 1))
            expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
        for (const members of Map.groupBy(nodes, ({ group }) => group).values()) {
          const moves = members.map(({ id }) => {
            const [was, is] = [before.get(id), after.get(id)];
            return `${(is?.x ?? 0) - (was?.x ?? 0)} ${(is?.y ?? 0) - (was?.y ?? 0)}`;
          });
          expect(new Set(moves).size).toBe(1);
        }
      },
    ),
    { seed: 11 },
  );
});
