import { expect, test } from "vitest";
import type { Comparison, Difference } from "#testing/oracle/area.ts";
import { type Cause, compareWithout, hasMember, type Sides, withoutMembers } from "#testing/oracle/without-causes.ts";
import type { Written } from "#testing/oracle/world.ts";

const documents: readonly Written[] = [
  { kind: "DestinationRule", name: "d", namespace: "default", age: 0, spec: { a: 1, b: [{ c: 2 }] } },
];
const without = (name: string) => (all: readonly Written[]) => withoutMembers(all, [name]);
const CAUSE: Cause = { why: "why", isIn: (all) => hasMember(all, "c"), inIstio: without("c") };
type Given = readonly Written[];
const differing = (...differences: readonly Difference[]) => ({ compared: 2, differences });
/** Sides that say what they were given. */
const sides = (compare: (here: Given, inIstio: Given) => Comparison): Sides<Given> => ({
  here: async (given) => given,
  inIstio: async (given) => given,
  compare,
});
const whats = async (causes: readonly Cause[], asked: Sides<Given>): Promise<readonly string[]> =>
  (await compareWithout(causes, documents, asked)).differences.map(({ what }) => what);

test("a cause is named where nothing differs without it, and explains nothing elsewhere", async () => {
  const asked = sides((_, inIstio) =>
    hasMember(inIstio, "c")
      ? differing({ where: "x", what: "1" }, { where: "x", what: "1" }, { where: "y", what: "1" })
      : differing({ where: "y", what: "3" }),
  );
  expect(await whats([CAUSE], asked)).toEqual(["why: 1", "1"]);
});

test("beside it what else differs stays, and what it did not make is not its own", async () => {
  const asked = sides((_, inIstio) =>
    hasMember(inIstio, "c")
      ? differing({ where: "x", what: "1" }, { where: "x", what: "2" })
      : differing({ where: "x", what: "2" }),
  );
  expect(await whats([CAUSE], asked)).toEqual(["why: 1", "2"]);
  expect(await whats([{ ...CAUSE, what: /3/ }], asked)).toEqual(["1", "2"]);
});

test("a cause is not named where less is compared without it, nor where the case has none", async () => {
  const less = sides((_, inIstio) =>
    hasMember(inIstio, "c") ? differing({ where: "x", what: "1" }) : { compared: 1, differences: [] },
  );
  expect(await whats([CAUSE], less)).toEqual(["1"]);
  expect(await whats([{ ...CAUSE, isIn: () => false }], less)).toEqual(["1"]);
});

test("a cause is named where it may be alone, and the next that explains it elsewhere", async () => {
  const other: Cause = { ...CAUSE, why: "other" };
  const asked = sides((_, inIstio) =>
    hasMember(inIstio, "c") ? differing({ where: "x", what: "1" }, { where: "y", what: "1" }) : differing(),
  );
  expect(await whats([{ ...CAUSE, where: /x/ }], asked)).toEqual(["why: 1", "1"]);
  expect(await whats([{ ...CAUSE, where: /x/ }, other], asked)).toEqual(["why: 1", "other: 1"]);
});

test("of several causes each is tried, each two, then all; one that Istio has no answer for is compared without", async () => {
  const other: Cause = { why: "other", isIn: () => true, here: without("a") };
  const both = sides((here, inIstio) =>
    hasMember(here, "a") || hasMember(inIstio, "c") ? differing({ where: "x", what: "1" }) : differing(),
  );
  expect(await whats([CAUSE, other], both)).toEqual(["why, and other: 1"]);
  const ends: Sides<Given> = {
    ...sides(() => differing({ where: "x", what: "1" })),
    inIstio: async (given) => (hasMember(given, "c") ? undefined : given),
  };
  expect(await whats([CAUSE], ends)).toEqual(["1"]);
});
