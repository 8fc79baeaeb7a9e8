import { describe, expect, test } from "vitest";
import { type AccessEntry, isTraced } from "#core/telemetry/access-entry.ts";
import { labelEntry } from "#mesh-agent/telemetry/label-entry.ts";
import { SampleRequests } from "#mesh-agent/telemetry/sample-requests.ts";
import { lineOf, OWN } from "#mesh-agent/telemetry/testing/lines.ts";

const SHAPE = { method: "GET", pathTemplate: "/" };
const [TRACED, UNTRACED] = ["4dbb5e07-b10c-9a14-8e2c-f2b7dd2bbc8e", "4dbb5e07-b10c-4a14-8e2c-f2b7dd2bbc8e"];

const entryOf = (fields: Readonly<Record<string, unknown>>): AccessEntry => JSON.parse(lineOf(fields)) as AccessEntry;

/** The same numbers in each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function sample(entries: readonly AccessEntry[], random: () => number) {
  const samples = new SampleRequests(random);
  const labels = new Map<number, ReturnType<typeof labelEntry>>();
  for (const entry of entries) {
    const code = Number(entry.c);
    const known = labels.get(code) ?? labelEntry(entry, OWN);
    labels.set(code, known);
    samples.offer(entry, known, SHAPE);
  }
  return samples.take();
}

type Kept = ReturnType<typeof sample>[number];

/** How many requests those of a kind stand for, in so many batches: its mean, and how far that may be off by chance. */
function meanOf(batches: readonly (readonly Kept[])[], isMeant: (kept: Kept) => boolean) {
  const sums = batches.map((kept) => kept.filter(isMeant).reduce((sum, { weight }) => sum + weight, 0));
  const mean = sums.reduce((a, b) => a + b, 0) / sums.length;
  const variance = sums.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (sums.length - 1);
  return { mean, error: Math.sqrt(variance / sums.length) };
}

function expectMean({ mean, error }: ReturnType<typeof meanOf>, count: number): void {
  expect(Math.abs(mean - count)).toBeLessThan(5 * error + 1e-9);
}

describe("requests that were traced", () => {
  const BATCHES = 2000;
  // Who has the most requests traced is not who sends the most.
  const entries = Array.from({ length: 300 }, (_, index) => {
    const isRare = index % 10 === 0;
    return entryOf({ d: 2, p: isRare ? "/rare" : "/often", ri: isRare || index % 100 === 1 ? TRACED : UNTRACED });
  });
  const batches = Array.from({ length: BATCHES }, (_, seed) => sample(entries, randomFrom(seed)));

  test("are among those that are kept, and leave half of the room to the others", () => {
    for (const kept of batches) {
      expect(kept).toHaveLength(8);
      expect(kept.filter(({ requestId }) => requestId === TRACED)).toHaveLength(4);
    }
  });

  test("are told of as what they are: weights sum up to all, and to those of each caller on average", () => {
    for (const kept of batches) expect(kept.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(300);
    expectMean(
      meanOf(batches, ({ path }) => path === "/rare"),
      30,
    );
    expectMean(
      meanOf(batches, ({ path, requestId }) => path === "/often" && requestId === TRACED),
      3,
    );
    expectMean(
      meanOf(batches, ({ path }) => path === "/often"),
      270,
    );
  });

  test("have all of the room that others do not need, and none that they do not need themselves", () => {
    const of = (traced: number, others: number) =>
      sample(
        Array.from({ length: traced + others }, (_, index) =>
          entryOf({ d: 2, ri: index < traced ? TRACED : UNTRACED }),
        ),
        randomFrom(1),
      ).map(({ requestId, weight }) => [requestId === TRACED, weight]);
    const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
    expect(of(80, 0)).toEqual(many(8, [true, 10]));
    expect(of(0, 80)).toEqual(many(8, [false, 10]));
    expect(of(70, 1)).toEqual([...many(7, [true, 10]), [false, 1]]);
    expect(of(1, 70)).toEqual([[true, 1], ...many(7, [false, 10])]);
  });
});

test("a request is traced by what its proxy went on with, or where a tracer has an id for each by what that wrote into the request's", () => {
  const traced = (fields: Readonly<Record<string, unknown>>) => isTraced(entryOf(fields));
  const context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
  expect(traced({ ti: undefined, tp: `${context}-01`, ri: UNTRACED })).toBe(true);
  expect(traced({ ti: undefined, tp: `${context}-00`, ri: TRACED })).toBe(false);
  expect(traced({ ri: TRACED })).toBe(true);
  expect(traced({ ri: UNTRACED })).toBe(false);
  // Without a tracer the id says nothing.
  expect(traced({ ti: undefined, ri: TRACED })).toBe(false);
  expect(traced({ ti: null, tp: "-", ri: null })).toBe(false);
});

describe("of a flood in trouble", () => {
  const FLOOD = 1000;
  const failed = (path: string, ri: string | null): AccessEntry => entryOf({ c: 503, p: path, ri });
  const shared = (() => {
    const ids = Array.from({ length: FLOOD }, (_, index) => `${index}-4c1f-9a55`);
    const of = (seed: number) =>
      new Set(
        sample(
          ids.map((ri) => failed("/", ri)),
          randomFrom(seed),
        ).flatMap(({ weight, requestId }) => (weight === 1 ? [requestId] : [])),
      );
    return { first: of(1), ids, again: of(2) };
  })();

  test("half of what is kept is what the other end keeps of it too", () => {
    expect(shared.first.size).toBe(50);
    expect(shared.again).toEqual(shared.first);
  });

  // Callers choose ids: those that always come first, those that never do, the same for all, or none.
  const [first = ""] = shared.first;
  const never = shared.ids.filter((id) => !shared.first.has(id));
  test.each([
    ["ids that never come first", (index: number) => never[index] ?? ""],
    ["one id", () => never[0] ?? ""],
    ["one id that comes first", () => first],
    ["no id", () => null],
  ])("nobody hides one, and weights stay right: %s", (_, idOf) => {
    const harmless = Array.from({ length: FLOOD }, (_, index) => failed("/harmless", shared.ids[index] ?? ""));
    const hidden = Array.from({ length: 20 }, (_, index) => failed("/hidden", idOf(index)));
    const batches = Array.from({ length: 150 }, (_, seed) => sample([...harmless, ...hidden], randomFrom(seed)));
    for (const kept of batches) expect(kept.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(FLOOD + 20);
    expectMean(
      meanOf(batches, ({ path }) => path === "/hidden"),
      20,
    );
    expect(batches.some((kept) => kept.some(({ path }) => path === "/hidden"))).toBe(true);
  });
});
