import { expect, test } from "vitest";
import { mostInWindow } from "#core/rate-limit/testing/most-in-window.ts";

const request = (sentMs: number, seenMs: number) => ({ sentMs, seenMs });

test.each([
  ["all of one window", [request(0, 1), request(5, 6), request(9, 9.5)], 3],
  ["a window apart", [request(0, 1), request(10, 11)], 1],
  ["over the edge of every window that has the other", [request(0, 4), request(3, 13)], 1],
  ["under way for longer than a window", [request(0, 20), request(5, 6), request(7, 8)], 2],
  ["nothing", [], 0],
])("%s", (_, admitted, most) => {
  expect(mostInWindow(admitted, 10)).toBe(most);
});
