import { expect, test } from "vitest";
import { seriesLabels } from "#core/promql/series-labels.ts";
import type { SampleRun } from "#server/telemetry/ports/sample-reader.ts";
import type { MetricSeries, SampleRow } from "#server/telemetry/ports/sample-row.ts";
import { HOUR, MINUTE, START, type StoreCase } from "#server/telemetry/testing/store-case.ts";

const seriesOf = (labels: Record<string, string>, account = "someone"): MetricSeries => ({
  account,
  labels: seriesLabels(Object.entries(labels)),
});

const UP = { __name__: "up", instance: `a "b" \\ é\n`, job: "x" };

/** Others' series come out as they went in. */
export function foreignSamples(at: StoreCase): void {
  const store = (...rows: readonly (readonly [MetricSeries, number, number | null])[]): Promise<void> =>
    at.store.samples.store(rows.map(([series, ms, value]): SampleRow => ({ series, atMs: START + ms, value })));
  const stored = (name: string): MetricSeries[] =>
    [...at.store.samples.series()].filter(({ labels }) => labels.get("__name__") === name);
  const read = async (name: string, fromMs: number, toMs: number, max = 1000): Promise<unknown[][]> => {
    const runs = await at.store.samples.read(stored(name), START + fromMs, START + toMs, max);
    return [...runs.values()].map(({ timesMs, values, stale }: SampleRun) =>
      Array.from(timesMs, (ms, index) => [ms - START, stale?.[index] === 1 ? "ended" : values[index]]),
    );
  };

  test("a series and its samples come out as they went in, before and after a restart", async () => {
    const up = seriesOf(UP);
    const values = [0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60, null, 5e-324];
    await store(...values.map((value, index) => [up, index, value] as const));
    for (const restarted of [false, true]) {
      if (restarted) await at.reopen();
      expect([...at.store.samples.series()]).toEqual([up]);
      expect(await read("up", 0, 99)).toEqual([values.map((value, index) => [index, value ?? "ended"])]);
    }
  });

  test("a label that objects have anyway is a label like others", async () => {
    await store([
      seriesOf(
        Object.fromEntries([
          ["__name__", "odd"],
          ["__proto__", "p"],
          ["constructor", "c"],
        ]),
      ),
      0,
      1,
    ]);
    await at.reopen();
    expect(stored("odd").map(({ labels }) => [...labels])).toEqual([
      [
        ["__name__", "odd"],
        ["__proto__", "p"],
        ["constructor", "c"],
      ],
    ]);
  });

  test("times come in order, each once, however they were stored, and a range has both its ends", async () => {
    await store([seriesOf(UP), 30, 3], [seriesOf(UP), 10, 1]);
    await store([seriesOf(UP), 20, 2], [seriesOf(UP), 10, 1]);
    await store([seriesOf({ ...UP, job: "y" }), 20, 9]);
    expect(await read("up", 10, 30)).toEqual([
      [
        [10, 1],
        [20, 2],
        [30, 3],
      ],
      [[20, 9]],
    ]);
    expect(await read("up", 11, 20)).toEqual([[[20, 2]], [[20, 9]]]);
    expect(await read("up", 31, 40)).toEqual([]);
    await expect(read("up", 10, 30, 3)).rejects.toMatchObject({ code: "exhausted" });
  });

  test("equal labels are one series, whoever tells; the first to tell has it in its account", async () => {
    await store([seriesOf(UP), 10, 1]);
    await store([seriesOf(UP, "another"), 20, 2]);
    expect([...at.store.samples.series()].map(({ account }) => account)).toEqual(["someone"]);
    expect(await read("up", 0, 99)).toEqual([
      [
        [10, 1],
        [20, 2],
      ],
    ]);
  });

  test("samples go when they are old, and a series with the last of them", async () => {
    await store([seriesOf(UP), 0, 1], [seriesOf({ ...UP, job: "y" }), 0, 1], [seriesOf(UP), MINUTE, 2]);
    await at.store.upkeep.dropOld(START + 15 * 24 * HOUR + MINUTE, 0);
    for (const restarted of [false, true]) {
      if (restarted) await at.reopen();
      expect(stored("up").map(({ labels }) => labels.get("job"))).toEqual(["x"]);
      expect(await read("up", 0, HOUR)).toEqual([[[MINUTE, 2]]]);
    }
  });
}
