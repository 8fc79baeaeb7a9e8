import { PharosError } from "#core/errors.ts";
import type { SampleReader, SampleRun } from "#server/telemetry/ports/sample-reader.ts";
import type { MetricSeries, SampleRow } from "#server/telemetry/ports/sample-row.ts";
import type { SampleSink } from "#server/telemetry/ports/sample-sink.ts";
import { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import { readDouble, tableRows } from "#server/telemetry/stores/clickhouse/cells.ts";
import type { ClickhouseDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { POINTS, SERIES } from "#server/telemetry/stores/tables.ts";

/** Others' series in two tables: labels once, and a row a sample. */
export class ClickhouseSamples implements SampleSink, SampleReader {
  readonly #database: ClickhouseDatabase;

  constructor(database: ClickhouseDatabase) {
    this.#database = database;
  }

  async store(samples: readonly SampleRow[]): Promise<void> {
    if (samples.length === 0) return;
    const { writer, beside } = await this.#database.openToWrite();
    await writer.run(
      async ({ number, insert }) => {
        const numbering = beside.series.begin();
        const points = samples.map((sample) => ({ sample, id: numbering.number(sample.series) }));
        await insert([tableRows(SERIES, numbering.added, number), tableRows(POINTS, points, number)]);
        return numbering;
      },
      (numbering) => numbering.keep(),
    );
  }

  series(): Iterable<MetricSeries> {
    return this.#database.opened?.beside.series.series() ?? [];
  }

  async read(
    series: readonly MetricSeries[],
    fromMs: number,
    toMs: number,
    samplesMax: number,
  ): Promise<ReadonlyMap<MetricSeries, SampleRun>> {
    const { client, book, beside } = await this.#database.open();
    const byId = new Map<number, MetricSeries>();
    for (const each of series) {
      const id = beside.series.idOf(each);
      if (id !== undefined) byId.set(id, each);
    }
    const runs = new Map<MetricSeries, RunBuilder>();
    if (byId.size === 0 || toMs < fromMs) return new Map();
    const bindings = new Bindings();
    let rows = 0;
    await client.eachRow(
      `SELECT series, at_ms, value FROM points WHERE at_ms >= ${bindings.double(fromMs)} AND at_ms <= ${bindings.double(toMs)}
       AND series IN (${[...byId.keys()].join(", ")}) AND ${book.visible()}
       ORDER BY series, at_ms LIMIT 1 BY series, at_ms LIMIT ${bindings.limit(samplesMax + 1)}`,
      ([id, atMs, value]) => {
        rows += 1;
        const of = byId.get(Number(id));
        if (of === undefined) return;
        const run = runs.get(of) ?? new RunBuilder();
        runs.set(of, run);
        run.add(Number(atMs), value);
      },
      bindings,
    );
    if (rows > samplesMax)
      throw new PharosError("exhausted", `more than ${samplesMax} samples`, {
        hint: "ask for less time or fewer series",
      });
    return new Map([...runs].map(([of, run]) => [of, run.run()]));
  }
}

class RunBuilder {
  readonly #times: number[] = [];
  readonly #values: number[] = [];
  readonly #stale: number[] = [];
  #hasEnd = false;

  add(atMs: number, value: unknown): void {
    this.#times.push(atMs);
    this.#values.push(value === null ? Number.NaN : readDouble(value));
    this.#stale.push(value === null ? 1 : 0);
    this.#hasEnd ||= value === null;
  }

  run(): SampleRun {
    return {
      timesMs: Float64Array.from(this.#times),
      values: Float64Array.from(this.#values),
      ...(this.#hasEnd ? { stale: Uint8Array.from(this.#stale) } : {}),
    };
  }
}
