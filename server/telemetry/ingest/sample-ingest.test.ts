import { expect, test } from "vitest";
import { seriesLabels } from "#core/promql/series-labels.ts";
import { SampleIngest, type SampleIngestOptions, type ToldSeries } from "#server/telemetry/ingest/sample-ingest.ts";
import type { SampleRow } from "#server/telemetry/ports/sample-row.ts";

const NOW = Date.UTC(2026, 2, 1);

/** An ingest whose sink answers when it is told to. */
function ingestCase(more: Partial<SampleIngestOptions> = {}) {
  const stored: SampleRow[] = [];
  const refused: string[] = [];
  let fails = false;
  const ingest = new SampleIngest({
    sink: {
      store: async (rows) => {
        if (fails) throw new Error("disk");
        stored.push(...rows);
      },
    },
    now: () => NOW,
    retention: { pointsMs: 86_400_000 },
    onLimit: ({ limit, party }) => refused.push(`${party}: ${limit}`),
    ...more,
  });
  return { ingest, stored, refused, fail: (is: boolean) => (fails = is) };
}

const told = (name: string, ...samples: readonly (readonly [number, number | null])[]): ToldSeries => ({
  labels: seriesLabels([["__name__", name]]),
  samples: samples.map(([ms, value]) => ({ atMs: NOW + ms, value })),
});

test("what is sent again is stored once, and another value of the same time is rejected", async () => {
  const { ingest, stored } = ingestCase();
  expect(await ingest.take("a", [told("up", [0, 1])])).toEqual({ stored: 1, rejected: 0, why: undefined });
  expect(await ingest.take("a", [told("up", [0, 1])])).toEqual({ stored: 1, rejected: 0, why: undefined });
  expect(await ingest.take("a", [told("up", [0, 2], [1, 3])])).toEqual({
    stored: 1,
    rejected: 1,
    why: "duplicate sample for timestamp",
  });
  expect(stored.map(({ value }) => value)).toEqual([1, 3]);
});

test("what could not be stored is taken when it is sent again", async () => {
  const { ingest, stored, fail } = ingestCase();
  fail(true);
  await expect(ingest.take("a", [told("up", [0, 1])])).rejects.toThrow("disk");
  fail(false);
  await ingest.take("a", [told("up", [0, 1])]);
  expect(stored).toHaveLength(1);
});

test.each([
  ["ahead of the clock", [3_600_000, 1], /3600 s ahead/],
  ["older than what is kept", [-86_400_001, 1], /older than what is kept/],
  ["far behind the newest", [-3_600_001, 1], /out of order/],
  ["a part of a millisecond", [0.5, 1], /whole number/],
] as const)("a sample %s is rejected, and those beside it are stored", async (_, sample, why) => {
  const { ingest, stored } = ingestCase();
  await ingest.take("a", [told("up", [0, 1])]);
  const taken = await ingest.take("a", [told("up", sample, [1, 2], [-1000, 3])]);
  expect(taken).toMatchObject({ stored: 2, rejected: 1, why: expect.stringMatching(why) });
  expect(stored).toHaveLength(3);
});

test("an account has so many series, and another has its own", async () => {
  const { ingest, stored, refused } = ingestCase({ bounds: { perAccount: 2, inSum: 3 } });
  const taken = await ingest.take("a", [told("x", [0, 1]), told("y", [0, 1]), told("z", [0, 1])]);
  expect(taken).toMatchObject({ stored: 2, rejected: 1 });
  expect(await ingest.take("b", [told("x", [1, 1]), told("b", [0, 1])])).toMatchObject({ stored: 2, rejected: 0 });
  expect(await ingest.take("b", [told("c", [0, 1])])).toMatchObject({ stored: 0, rejected: 1 });
  expect(refused).toEqual(["a: other series", "b: other series"]);
  expect(stored).toHaveLength(4);
});

test("who sends too much at once is told to wait, with nothing of it taken", async () => {
  const { ingest, stored, refused } = ingestCase({ limit: { name: "samples", perSecond: 1, atOnce: 2 } });
  await expect(ingest.take("a", [told("up", [0, 1], [1, 1], [2, 1])])).rejects.toMatchObject({
    code: "exhausted",
    details: { retryAfterMs: 1000 },
  });
  expect(stored).toHaveLength(0);
  expect(refused).toEqual(["a: samples"]);
  await ingest.take("a", [told("up", [0, 1], [1, 1])]);
  expect(stored).toHaveLength(2);
});

test.each([
  ["no name", [["job", "x"]], /without a name/],
  [
    "a value that is too long",
    [
      ["__name__", "x"],
      ["job", "x".repeat(5000)],
    ],
    /longer than 4096/,
  ],
  [
    "half a character",
    [
      ["__name__", "x"],
      ["job", "\ud800"],
    ],
    /no text/,
  ],
  ["too many labels", [["__name__", "x"], ...Array.from({ length: 70 }, (_, i) => [`l${i}`, "v"])], /64 at most/],
] as const)("a series with %s is rejected", async (_, labels, why) => {
  const { ingest } = ingestCase();
  const series = { labels: seriesLabels(labels as never), samples: [{ atMs: NOW, value: 1 }] };
  expect(await ingest.take("a", [series])).toMatchObject({ stored: 0, rejected: 1, why: expect.stringMatching(why) });
});

const OWN: readonly (readonly [string, string])[] = [
  ["__name__", "pilot_xds"],
  ["app", "istiod"],
  ["instance", "pharos"],
  ["job", "pharos"],
];
const series = (labels: readonly (readonly [string, string])[]): ToldSeries => ({
  labels: seriesLabels(labels),
  samples: [{ atMs: NOW, value: 1 }],
});

test("what another tells in the name of this server stands beside what the server says of itself, and not in its place", async () => {
  const { ingest, stored } = ingestCase();
  const taken = await ingest.take("a", [series(OWN), series([...OWN, ["exported_job", "x"]])]);
  expect(taken).toEqual({ stored: 2, rejected: 0, why: undefined });
  expect(await ingest.takeOwn([{ ...series(OWN), samples: [{ atMs: NOW - 1, value: 7 }] }])).toMatchObject({
    stored: 1,
  });
  expect(stored.map((row) => Object.fromEntries(row.series.labels))).toEqual([
    { __name__: "pilot_xds", exported_app: "istiod", exported_job: "pharos", instance: "pharos" },
    {
      ...{ __name__: "pilot_xds", exported_app: "istiod", exported_job: "x", instance: "pharos" },
      exported_exported_job: "pharos",
    },
    Object.fromEntries(OWN),
  ]);
});

test("however much others send, the server's own series are stored", async () => {
  const bounds = { perAccount: 1, inSum: 1 };
  const { ingest, stored } = ingestCase({ bounds, limit: { name: "samples", perSecond: 1, atOnce: 1 } });
  await ingest.take("pharos serve", [told("x", [0, 1])]);
  await ingest.takeOwn([series(OWN), series([...OWN, ["type", "cds"]])]);
  expect(stored).toHaveLength(3);
});
