import { expect, test } from "vitest";
import type { Difference } from "#testing/oracle/area.ts";
import {
  type Cause,
  type CompareBoth,
  compareWithout,
  hasMember,
  withMembers,
} from "#testing/oracle/without-causes.ts";
import type { Written } from "#testing/oracle/world.ts";

const documents: readonly Written[] = [
  { kind: "DestinationRule", name: "d", namespace: "default", age: 0, spec: { a: 1, b: [{ c: 2 }] } },
];
const without = (name: string) => (all: readonly Written[]) =>
  withMembers(all, (each, value) => (each === name ? undefined : value));
const CAUSE: Cause = { why: "why", isIn: (all) => hasMember(all, "c"), inIstio: without("c") };
const differing = (...differences: readonly Difference[]) => ({ compared: 2, differences });

test("a cause is named where nothing differs without it, and explains nothing elsewhere", async () => {
  const compare: CompareBoth = async (_, inIstio) =>
    hasMember(inIstio, "c")
      ? differing({ where: "x", what: "1" }, { where: "x", what: "1" }, { where: "y", what: "2" })
      : differing({ where: "y", what: "3" });
  const { differences } = await compareWithout([CAUSE], documents, compare);
  expect(differences.map(({ what }) => what)).toEqual(["why: 1", "2"]);
});

test("a cause is not named where less is compared without it, nor where the case has none", async () => {
  const less: CompareBoth = async (_, inIstio) =>
    hasMember(inIstio, "c") ? differing({ where: "x", what: "1" }) : { compared: 1, differences: [] };
  expect((await compareWithout([CAUSE], documents, less)).differences[0]?.what).toBe("1");
  const without: Cause = { why: "why", isIn: () => false };
  expect((await compareWithout([without], documents, less)).differences[0]?.what).toBe("1");
});

test("of several causes each is tried, then all; one that Istio has no answer for is compared without", async () => {
  const other: Cause = { why: "other", isIn: () => true, here: without("a") };
  const both: CompareBoth = async (here, inIstio) =>
    hasMember(here, "a") || hasMember(inIstio, "c") ? differing({ where: "x", what: "1" }) : differing();
  const { differences } = await compareWithout([CAUSE, other], documents, both);
  expect(differences.map(({ what }) => what)).toEqual(["why, and other: 1"]);
  const ends: CompareBoth = async (_, inIstio) =>
    hasMember(inIstio, "c") ? undefined : differing({ where: "x", what: "1" });
  expect((await compareWithout([CAUSE], documents, ends)).differences[0]?.what).toBe("1");
});
