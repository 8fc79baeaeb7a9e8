import { expect, test } from "vitest";
import { gridLayout, isDense } from "#components/topology/grid-layout.ts";

const WIDTH = 168;
const HEIGHT = 52;
const nodes = Array.from({ length: 50 }, (_, at) => ({
  id: `n${at}`,
  group: at < 6 ? "open" : `g${at}`,
  width: WIDTH,
  height: HEIGHT,
}));
const all = nodes.flatMap(({ id: source }) => nodes.map(({ id: target }) => ({ source, target })));

test("a graph in which nearly everything calls everything is dense, a layered one is not", () => {
  expect(isDense(nodes, all)).toBe(true);
  expect(isDense(nodes, all.slice(0, 150))).toBe(false);
});

test("no two nodes overlap, and the whole is about as wide as a screen for its height", () => {
  const points = [...gridLayout(nodes, all).values()];
  expect(points).toHaveLength(50);
  const overlap = points.some((a, at) =>
    points.slice(at + 1).some((b) => Math.abs(a.x - b.x) < WIDTH && Math.abs(a.y - b.y) < HEIGHT),
  );
  expect(overlap).toBe(false);
  const span = (values: number[]) => Math.max(...values) - Math.min(...values);
  const aspect = span(points.map(({ x }) => x)) / span(points.map(({ y }) => y));
  expect(aspect).toBeGreaterThan(1);
  expect(aspect).toBeLessThan(3);
});

test("a group stands together, and whoever only calls stands first", () => {
  const calls = nodes.filter(({ id }) => id !== "n49").map(({ id }) => ({ source: "n49", target: id }));
  const positions = gridLayout(nodes, calls);
  expect(positions.get("n49")).toEqual({ x: WIDTH / 2, y: HEIGHT / 2 });
  const open = nodes.filter(({ group }) => group === "open").flatMap(({ id }) => positions.get(id) ?? []);
  const [left, right] = [Math.min(...open.map(({ x }) => x)), Math.max(...open.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...open.map(({ y }) => y)), Math.max(...open.map(({ y }) => y))];
  const between = nodes.filter(({ id, group }) => {
    const point = positions.get(id);
    return (
      group !== "open" &&
      point !== undefined &&
      point.x >= left &&
      point.x <= right &&
      point.y >= top &&
      point.y <= bottom
    );
  });
  expect(between).toEqual([]);
});
