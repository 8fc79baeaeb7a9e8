import { PharosError } from "#core/errors.ts";
import type { SampleReader, SampleRun } from "#server/telemetry/ports/sample-reader.ts";
import type { MetricSeries, SampleRow } from "#server/telemetry/ports/sample-row.ts";
import type { SampleSink } from "#server/telemetry/ports/sample-sink.ts";
import { bytesOfColumn, doublesOf, integersOf } from "#server/telemetry/stores/duckdb/column-arrays.ts";
import type { DuckdbFile } from "#server/telemetry/stores/duckdb/duckdb-file.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import type { SeriesNumbers } from "#server/telemetry/stores/duckdb/series-numbers.ts";
import { POINTS, SERIES } from "#server/telemetry/stores/duckdb/tables.ts";
import { NOTHING_STORED, type TelemetryLedger } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";

export interface DuckdbSamplesOptions {
  readonly file: Pick<DuckdbFile, "read" | "write">;
  readonly ledger: Pick<TelemetryLedger, "note" | "committed" | "sync">;
  /** Of the file that is open by now. */
  readonly numbers: () => SeriesNumbers;
  readonly now: () => number;
}

/** Others' series in two tables: labels once, and a row a sample. */
export class DuckdbSamples implements SampleSink, SampleReader {
  readonly #options: DuckdbSamplesOptions;

  constructor(options: DuckdbSamplesOptions) {
    this.#options = options;
  }

  async store(samples: readonly SampleRow[]): Promise<void> {
    if (samples.length === 0) return;
    const { file, ledger, numbers, now } = this.#options;
    await file.write(
      async (transaction) => {
        const numbering = numbers().begin();
        const points = samples.map((sample) => ({ sample, id: numbering.number(sample.series) }));
        // One series after the other packs better, and is found by fewer blocks.
        points.sort((a, b) => a.id - b.id || a.sample.atMs - b.sample.atMs);
        await transaction.append(SERIES, numbering.added);
        await transaction.append(POINTS, points);
        const held = { [SERIES.name]: numbering.added.length, [POINTS.name]: points.length };
        return { numbering, entry: await ledger.note(transaction, NOTHING_STORED, now(), held) };
      },
      ({ numbering, entry }) => {
        ledger.committed(entry);
        numbering.keep();
      },
    );
    await ledger.sync();
  }

  series(): Iterable<MetricSeries> {
    return this.#options.numbers().series();
  }

  read(
    series: readonly MetricSeries[],
    fromMs: number,
    toMs: number,
    samplesMax: number,
  ): Promise<ReadonlyMap<MetricSeries, SampleRun>> {
    const { file, numbers } = this.#options;
    return file.read((reader) => {
      const known = numbers();
      const byId = new Map<number, MetricSeries>();
      for (const each of series) {
        const id = known.idOf(each);
        if (id !== undefined) byId.set(id, each);
      }
      return readPoints(reader, byId, { fromMs, toMs, samplesMax });
    });
  }
}

interface PointRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly samplesMax: number;
}

/** Columns of a chunk of points. */
interface PointColumns {
  readonly ids: Int32Array;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly ended: Uint8Array;
}

/** Bounds are rounded inwards: stored times are whole. */
async function readPoints(
  reader: Reader,
  byId: ReadonlyMap<number, MetricSeries>,
  { fromMs, toMs, samplesMax }: PointRange,
): Promise<Map<MetricSeries, SampleRun>> {
  if (byId.size === 0 || toMs < fromMs) return new Map();
  const chunks: PointColumns[] = [];
  let rows = 0;
  await reader.chunks(
    `SELECT series, at_ms::DOUBLE, coalesce(value, 'NaN'::DOUBLE), (value IS NULL)::UTINYINT FROM ${POINTS.name}
     WHERE at_ms >= ${Math.ceil(fromMs)} AND at_ms <= ${Math.floor(toMs)} AND series IN (${[...byId.keys()].join(", ")})
     ORDER BY 1, 2 LIMIT ${samplesMax + 1}`,
    (chunk) => {
      rows += chunk.rowCount;
      chunks.push({
        ids: integersOf(chunk, 0),
        timesMs: doublesOf(chunk, 1),
        values: doublesOf(chunk, 2),
        ended: bytesOfColumn(chunk, 3),
      });
    },
  );
  if (rows > samplesMax)
    throw new PharosError("exhausted", `more than ${samplesMax} samples`, {
      hint: "ask for less time or fewer series",
    });
  return runsOf(chunks, rows, byId);
}

function runsOf(
  chunks: readonly PointColumns[],
  rows: number,
  byId: ReadonlyMap<number, MetricSeries>,
): Map<MetricSeries, SampleRun> {
  const runs = new Map<MetricSeries, SampleRun>();
  // One array for all of them; a series has its part.
  const timesMs = new Float64Array(rows);
  const values = new Float64Array(rows);
  const stale = new Uint8Array(rows);
  let begin = 0;
  let end = 0;
  let hasStale = false;
  let id = 0;
  const finish = (): void => {
    const series = byId.get(id);
    if (series !== undefined && end > begin)
      runs.set(series, {
        timesMs: timesMs.subarray(begin, end),
        values: values.subarray(begin, end),
        ...(hasStale ? { stale: stale.subarray(begin, end) } : {}),
      });
    begin = end;
    hasStale = false;
  };
  for (const chunk of chunks) {
    for (let index = 0; index < chunk.ids.length; index += 1) {
      const of = chunk.ids[index] ?? 0;
      const ms = chunk.timesMs[index] ?? 0;
      if (of !== id) {
        finish();
        id = of;
      } else if (end > begin && timesMs[end - 1] === ms) continue;
      timesMs[end] = ms;
      values[end] = chunk.values[index] ?? Number.NaN;
      if (chunk.ended[index] === 1) {
        stale[end] = 1;
        hasStale = true;
      }
      end += 1;
    }
  }
  finish();
  return runs;
}
