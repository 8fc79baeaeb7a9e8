import { expect, test } from "vitest";
import { type Frame, LaneGrid } from "#components/topology/lane-grid.ts";
import { layerLayout } from "#components/topology/layer-layout.ts";
import type { LayoutEdge, LayoutNode, Point, Positions } from "#components/topology/layout-graph.ts";
import { curvePoints, type Obstacle, routeEdge } from "#components/topology/route-edge.ts";
import { rowLayout } from "#components/topology/row-layout.ts";
import { separateGroups } from "#components/topology/separate-groups.ts";
import { fc } from "#testing/fc.ts";

const PADDING = 34;
const node = (group: string, id: string): LayoutNode => ({ id, group, width: 168, height: 46 });
const call = (text: string): LayoutEdge => {
  const [source = "", target = ""] = text.split(">");
  return { source, target };
};

/** Four namespaces, of which each calls the others: forward, past each other, and back. */
const NODES = [
  node("edge", "gateway"),
  ...["web", "cart", "catalog", "orders", "proposals"].map((id) => node("shop", id)),
  ...["payments", "ledger", "fraud"].map((id) => node("payments", id)),
  ...["inventory", "shipping", "postgres"].map((id) => node("warehouse", id)),
];
const EDGES = [
  "gateway>web gateway>payments web>cart web>catalog web>orders web>proposals proposals>catalog cart>inventory",
  "orders>payments orders>inventory orders>shipping payments>ledger payments>fraud ledger>postgres",
  "inventory>postgres shipping>inventory fraud>orders catalog>inventory",
]
  .join(" ")
  .split(" ")
  .map(call);

const cardsOf = (positions: Positions): Map<string, Obstacle> =>
  new Map(
    NODES.map(({ id, width, height }) => {
      const { x, y } = positions.get(id) as Point;
      return [id, { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 }];
    }),
  );

function framesOf(cards: ReadonlyMap<string, Obstacle>): Frame[] {
  return [...Map.groupBy(NODES, ({ group }) => group)].map(([id, members]) => {
    const own = members.map((member) => cards.get(member.id) as Obstacle);
    return {
      id,
      left: Math.min(...own.map(({ left }) => left)) - PADDING,
      right: Math.max(...own.map(({ right }) => right)) + PADDING,
      top: Math.min(...own.map(({ top }) => top)) - PADDING,
      bottom: Math.max(...own.map(({ bottom }) => bottom)) + PADDING,
    };
  });
}

/** `EDGE over CARD` for each that runs over something it has no end in. */
function faults(positions: Positions): string[] {
  const cards = cardsOf(positions);
  const frames = framesOf(cards);
  const solid = [...cards.values()];
  // A name at a frame's corner may reach over the middle of a card below it: then the way leads over the name, and nowhere else.
  const names = frames.map(({ left, top }) => ({ left: left + 10, right: left + 125, top: top + 6, bottom: top + 30 }));
  const grid = LaneGrid.over(solid, frames, names);
  return EDGES.flatMap(({ source, target }) => {
    const [a, b] = [cards.get(source) as Obstacle, cards.get(target) as Obstacle];
    const concerned = new Set(NODES.filter(({ id }) => id === source || id === target).map(({ group }) => group));
    const foreign = frames.filter(({ id }) => !concerned.has(id));
    const [from, to] = [
      { x: a.right, y: (a.top + a.bottom) / 2 },
      { x: b.left, y: (b.top + b.bottom) / 2 },
    ];
    const around = {
      frames: foreign,
      findWay: (...ends: [Point, Point]) => grid?.findWay(`${source}>${target}`, ...ends, concerned),
    };
    const points = curvePoints(from, to, routeEdge(from, to, [...solid, ...names], around), 30);
    const isOver = ({ left, right, top, bottom }: Obstacle) =>
      points.some(({ x, y }) => x > left + 2 && x < right - 2 && y > top + 2 && y < bottom - 2);
    return [
      ...[...cards].filter(([, card]) => isOver(card)).map(([id]) => `${source}>${target} over ${id}`),
      ...foreign.filter(isOver).map(({ id }) => `${source}>${target} over the box of ${id}`),
    ];
  });
}

test.each([
  ["from left to right", () => layerLayout(NODES, EDGES)],
  ["four in a row", () => rowLayout(NODES, EDGES, 4)],
  ["two in a row", () => rowLayout(NODES, EDGES, 2)],
] as const)("no edge runs over a card, or over a box that it has no end in: %s", (_, layout) => {
  expect(faults(separateGroups(NODES, layout()))).toEqual([]);
});

test("two edges along one way take lanes beside each other", () => {
  const card = (x: number, y: number): Obstacle => ({ left: x - 80, right: x + 80, top: y - 23, bottom: y + 23 });
  const [a, wall, b] = [card(0, 0), card(400, 0), card(800, 0)];
  const grid = LaneGrid.over([a, wall, b], []);
  const ways = ["one", "other"].map((id) => grid?.findWay(id, { x: a.right, y: 0 }, { x: b.left, y: 0 }, new Set()));
  expect(ways[0]).not.toEqual(ways[1]);
});

test("without any way none is told", () => {
  const [a, b] = [0, 200].map((x) => ({ left: x, right: x + 100, top: 0, bottom: 46 })) as [Obstacle, Obstacle];
  const close = { left: 102, right: 198, top: -500, bottom: 500 };
  expect(
    LaneGrid.over([a, b, close], [])?.findWay("edge", { x: 100, y: 23 }, { x: 200, y: 23 }, new Set()),
  ).toBeUndefined();
});

test("no way leads through a card, wherever cards stand", () => {
  const place = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 500 }) });
  const card = fc.tuple(place, fc.integer({ min: 60, max: 280 })).map(
    ([{ x, y }, width]): Obstacle => ({
      left: x,
      right: x + width,
      top: y,
      bottom: y + 46,
    }),
  );
  fc.assert(
    fc.property(fc.array(card, { minLength: 2, maxLength: 9 }), (cards) => {
      const [a, b] = cards as [Obstacle, Obstacle];
      const [from, to] = [
        { x: a.right, y: middleOf(a) },
        { x: b.left, y: middleOf(b) },
      ];
      const way = LaneGrid.over(cards, [])?.findWay("edge", from, to, new Set()) ?? [];
      return way.slice(1).every((end, at) => {
        const start = way[at] ?? end;
        return !cards.some(
          ({ left, right, top, bottom }) =>
            Math.max(start.x, end.x) > left &&
            Math.min(start.x, end.x) < right &&
            Math.max(start.y, end.y) > top &&
            Math.min(start.y, end.y) < bottom,
        );
      });
    }),
    { seed: 11 },
  );
});

/** 60 cards in columns that line up nowhere, each calling another: forward, and back over other columns. */
function scattered() {
  const cards = Array.from({ length: 60 }, (_, at): Obstacle => {
    const [x, y] = [(at % 8) * 420 + ((at * 37) % 101), Math.floor(at / 8) * 130 + ((at * 53) % 61)];
    return { left: x, right: x + 168 + ((at * 29) % 112), top: y, bottom: y + 46 };
  });
  const calls = cards.map((card, at) => [card, cards[(at + 17) % cards.length] as Obstacle] as const);
  const frames = [0, 1, 2, 3].map((at) => ({
    id: `${at}`,
    left: at * 840 - 25,
    right: at * 840 + 790,
    top: -40,
    bottom: 1200,
  }));
  return { cards, frames, calls };
}

const middleOf = ({ top, bottom }: Obstacle) => (top + bottom) / 2;
const isIn = (card: Obstacle, frame: Obstacle) => card.left > frame.left && card.right < frame.right;

test("sixty cards of different widths cost what lies in the way, not all crossings for each edge, and never more than is bearable", () => {
  const { cards, frames, calls } = scattered();
  const grid = LaneGrid.over(cards, frames);
  const find = (id: string) =>
    calls.map(([a, b], at) => {
      const concerned = new Set(
        frames.filter((frame) => [a, b].some((card) => isIn(card, frame))).map((frame) => frame.id),
      );
      return grid?.findWay(`${id}${at}`, { x: a.right, y: middleOf(a) }, { x: b.left, y: middleOf(b) }, concerned);
    });
  expect(find("first")).not.toContain(undefined);
  const { marked = 0, visited = 0 } = grid?.work ?? {};
  expect(marked).toBeLessThan(100_000);
  expect(visited / calls.length).toBeLessThan(12_000);
  // The next as many do not all find one.
  expect(find("second")).toContain(undefined);
  expect(grid?.work.visited).toBeLessThan(810_000);
  grid?.renew(new Set());
  expect(find("third")).not.toContain(undefined);
});

test("over too many crossings there are no lanes", () => {
  const cards = Array.from({ length: 200 }, (_, at) => ({
    left: at * 301,
    right: at * 301 + 170,
    top: at * 97,
    bottom: at * 97 + 46,
  }));
  expect(LaneGrid.over(cards, [])).toBeUndefined();
});
