import { expect, test } from "vitest";
import { shareZones } from "#core/resolve/zone-load.ts";

const group = (locality: string, size: number) => ({
  locality,
  priority: 0,
  weight: size,
  endpoints: Array.from({ length: size }),
});

/** Percent of each place, in the order in which they are tried. */
const shares = (groups: readonly ReturnType<typeof group>[]): Record<string, string> => {
  const first = groups.filter(({ priority }) => priority === 0);
  const total = first.reduce((sum, { weight }) => sum + weight, 0);
  return Object.fromEntries(
    groups.map(({ locality, priority, weight }) => [
      locality,
      priority === 0 ? `${Math.round((weight / total) * 100)}` : `at ${priority}`,
    ]),
  );
};

test.each([
  [
    "a zone that is large enough keeps all",
    { "eu/a": 2, "eu/b": 1 },
    { "eu/a": 2, "eu/b": 1 },
    { "eu/a": "100", "eu/b": "at 1" },
  ],
  [
    "one that is too small gives the rest to whoever has some to spare",
    { "eu/a": 2, "eu/b": 1 },
    { "eu/a": 1, "eu/b": 1 },
    { "eu/a": "75", "eu/b": "25" },
  ],
  [
    "the rest goes by what zones have to spare",
    { "eu/a": 2, "eu/b": 1, "eu/c": 1 },
    { "eu/a": 1, "eu/b": 1, "eu/c": 2 },
    { "eu/a": "50", "eu/b": "at 1", "eu/c": "50" },
  ],
  [
    "parts of a zone share by their weights",
    { "eu/a": 1 },
    { "eu/a/1": 3, "eu/a/2": 1 },
    { "eu/a/1": "75", "eu/a/2": "25" },
  ],
  ["nobody who calls beside it is known", {}, { "eu/a": 1, "eu/b": 1 }, { "eu/a": "50", "eu/b": "50" }],
  ["nobody is in its zone", { "eu/a": 1 }, { "eu/b": 1, "eu/c": 1 }, { "eu/b": "50", "eu/c": "50" }],
] as const)("%s", (_, peers, sizes, expected) => {
  const groups = Object.entries(sizes).map(([locality, size]) => group(locality, size));
  expect(shares(shareZones(groups, Object.entries(peers), "eu/a/9", 1))).toEqual(expected);
});

test("few endpoints are shared by all alike", () => {
  const groups = [group("eu/a", 2), group("eu/b", 3)];
  expect(shareZones(groups, [["eu/a", 1]], "eu/a", 6)).toBe(groups);
});
