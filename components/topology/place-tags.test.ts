import { expect, test } from "vitest";
import { placeTags, type Tag } from "#components/topology/place-tags.ts";
import { fc } from "#testing/fc.ts";

const line = (y: number) => [
  { x: 0, y },
  { x: 200, y },
];
const tag = (id: string, y: number, rank = 1): Tag => ({ id, width: 90, height: 18, path: line(y), rank });

test("a tag stands in the middle of its edge where that is free", () => {
  expect(placeTags([tag("a", 10)], []).get("a")).toEqual({ x: 100, y: 10 });
});

test("no tag sticks out of what is shown, where its line runs along the border", () => {
  const path = [
    { x: 190, y: 0 },
    { x: 190, y: 100 },
  ];
  const frame = { left: 0, right: 200, top: 0, bottom: 100 };
  const { x = 0 } = placeTags([{ ...tag("a", 0), path }], [], frame).get("a") ?? {};
  expect(x + 45).toBe(200);
  const wide = placeTags([{ ...tag("a", 0), path, width: 400 }], [], frame).get("a");
  expect(wide?.x).toBe(200);
});

test("no tag lies under a card", () => {
  const card = { left: 90, right: 260, top: -20, bottom: 26 };
  const { x = 0, y = 0 } = placeTags([{ ...tag("a", 10), width: 170 }], [card]).get("a") ?? {};
  expect(x + 85 <= card.left || y + 9 <= card.top || y - 9 >= card.bottom).toBe(true);
});

test("a tag that just fits between two cards stands on its line", () => {
  const [left, right] = [
    { left: -100, right: 0, top: -20, bottom: 40 },
    { left: 176, right: 300, top: -20, bottom: 40 },
  ];
  const path = [
    { x: 0, y: 10 },
    { x: 176, y: 10 },
  ];
  expect(placeTags([{ ...tag("a", 10), width: 170, path }], [left, right]).get("a")).toEqual({ x: 88, y: 10 });
});

test("a tag goes to where its line is alone", () => {
  const fork = (id: string, y: number): Tag => ({
    ...tag(id, 0),
    path: [
      { x: 0, y: 0 },
      { x: 200, y: 0 },
      { x: 200, y },
      { x: 400, y },
    ],
  });
  const centres = placeTags([fork("up", -60), fork("down", 60)], []);
  expect(centres.get("up")?.y).toBeLessThan(-9);
  expect(centres.get("down")?.y).toBeGreaterThan(9);
});

test("what fails keeps the middle, and the others make room", () => {
  const centres = placeTags([tag("well", 10), tag("denied", 12, 0)], []);
  expect(centres.get("denied")).toEqual({ x: 100, y: 12 });
  expect(centres.get("well")).not.toEqual({ x: 100, y: 10 });
});

test("tags of edges that leave one card side by side do not cover each other", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -150, max: 150 }), { minLength: 1, maxLength: 5 }), (ends) => {
      const tags = ends.map(
        (y, at): Tag => ({
          id: `${at}`,
          width: 90,
          height: 18,
          rank: 1,
          path: [
            { x: 0, y: 0 },
            { x: 300, y },
          ],
        }),
      );
      const centres = [...placeTags(tags, []).values()];
      return centres.every((a, at) =>
        centres.slice(at + 1).every((b) => Math.abs(a.x - b.x) >= 90 || Math.abs(a.y - b.y) >= 18),
      );
    }),
    { seed: 7 },
  );
});
