import { expect, test } from "vitest";
import { curvePoints, type Obstacle, routeEdge } from "#components/topology/route-edge.ts";

const card = (x: number, y: number): Obstacle => ({ left: x - 80, right: x + 80, top: y - 23, bottom: y + 23 });
const right = ({ right: x, top, bottom }: Obstacle) => ({ x, y: (top + bottom) / 2 });
const left = ({ left: x, top, bottom }: Obstacle) => ({ x, y: (top + bottom) / 2 });

function covered(source: Obstacle, target: Obstacle, cards: readonly Obstacle[]): Obstacle[] {
  const points = curvePoints(right(source), left(target), routeEdge(right(source), left(target), cards), 30);
  return cards.filter((each) =>
    points.some(({ x, y }) => x > each.left + 2 && x < each.right - 2 && y > each.top + 2 && y < each.bottom - 2),
  );
}

test("an edge with nothing in its way turns in the middle", () => {
  const [a, b] = [card(0, 0), card(400, 100)];
  expect(routeEdge(right(a), left(b), [a, b])).toEqual([
    { x: 200, y: 0 },
    { x: 200, y: 100 },
  ]);
});

test.each([
  ["a card straight between", card(0, 0), card(800, 0), [card(400, 0)]],
  ["a column of cards between", card(0, 0), card(800, 0), [card(400, -70), card(400, 0), card(400, 70)]],
  ["two columns", card(0, 0), card(1200, 60), [card(400, 0), card(800, 60), card(800, 0)]],
  ["a call back", card(800, 0), card(0, 0), [card(400, 0)]],
  ["a call to what stands below", card(0, 0), card(0, 200), [card(0, 100)]],
] as const)("no edge runs under a card: %s", (_, source, target, others) => {
  expect(covered(source, target, [source, target, ...others])).toEqual([]);
});
