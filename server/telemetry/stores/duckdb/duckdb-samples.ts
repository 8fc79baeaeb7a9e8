import { PharosError } from "#core/errors.ts";
import type { SampleReader, SampleRun } from "#server/telemetry/ports/sample-reader.ts";
import type { MetricSeries, SampleRow } from "#server/telemetry/ports/sample-row.ts";
import type { SampleSink } from "#server/telemetry/ports/sample-sink.ts";
import { bytesOfColumn, doublesOf, integersOf } from "#server/telemetry/stores/duckdb/column-arrays.ts";
import type { DuckdbFile } from "#server/telemetry/stores/duckdb/duckdb-file.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { NOTHING_STORED, type TelemetryLedger } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import type { SeriesNumbers } from "#server/telemetry/stores/series-numbers.ts";
import { POINTS, SERIES } from "#server/telemetry/stores/tables.ts";

export interface DuckdbSamplesOptions {
  readonly file: Pick<DuckdbFile, "read" | "write">;
  readonly ledger: Pick<TelemetryLedger, "note" | "committed" | "sync">;
  /** Of the file that is open by now. */
  readonly numbers: () => SeriesNumbers;
  readonly now: () => number;
  /** Told of samples once they are committed. */
  readonly onStored: (samples: readonly SampleRow[]) => void;
}

/** Others' series in two tables: labels once, and a row a sample. */
export class DuckdbSamples implements SampleSink, SampleReader {
  readonly #options: DuckdbSamplesOptions;

  constructor(options: DuckdbSamplesOptions) {
    this.#options = options;
  }

  async store(samples: readonly SampleRow[]): Promise<void> {
    if (samples.length === 0) return;
    const { file, ledger, numbers, now, onStored } = this.#options;
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
        onStored(samples);
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
     LIMIT ${samplesMax + 1}`,
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

/**
 * One array for all of them; a series has its part. Rows come as they were stored, so that nearly every series is in order already: to have
 * DuckDB sort them all costs more than to read them.
 */
function runsOf(
  chunks: readonly PointColumns[],
  rows: number,
  byId: ReadonlyMap<number, MetricSeries>,
): Map<MetricSeries, SampleRun> {
  const counts = new Map<number, number>();
  for (const { ids } of chunks) for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const next = new Map<number, number>();
  let start = 0;
  for (const [id, count] of counts) {
    next.set(id, start);
    start += count;
  }
  const all: SampleArrays = {
    timesMs: new Float64Array(rows),
    values: new Float64Array(rows),
    stale: new Uint8Array(rows),
  };
  for (const { ids, timesMs, values, ended } of chunks)
    for (let row = 0; row < ids.length; row += 1) {
      const id = ids[row] ?? 0;
      const at = next.get(id) ?? 0;
      next.set(id, at + 1);
      all.timesMs[at] = timesMs[row] ?? 0;
      all.values[at] = values[row] ?? Number.NaN;
      all.stale[at] = ended[row] ?? 0;
    }
  const runs = new Map<MetricSeries, SampleRun>();
  for (const [id, count] of counts) {
    const series = byId.get(id);
    const end = next.get(id) ?? 0;
    if (series !== undefined) runs.set(series, runOf(all, end - count, end));
  }
  return runs;
}

interface SampleArrays {
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly stale: Uint8Array;
}

/** A series' part, in order and each time once. */
function runOf({ timesMs, values, stale }: SampleArrays, begin: number, end: number): SampleRun {
  const own: SampleArrays = {
    timesMs: timesMs.subarray(begin, end),
    values: values.subarray(begin, end),
    stale: stale.subarray(begin, end),
  };
  const { timesMs: times } = own;
  const inOrder = times.every((at, index) => index === 0 || at > (times[index - 1] ?? 0)) ? own : putInOrder(own);
  return {
    timesMs: inOrder.timesMs,
    values: inOrder.values,
    ...(inOrder.stale.includes(1) ? { stale: inOrder.stale } : {}),
  };
}

function putInOrder({ timesMs, values, stale }: SampleArrays): SampleArrays {
  const places = Uint32Array.from(timesMs, (_, index) => index)
    .sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0))
    .filter((place, index, all) => index === 0 || timesMs[place] !== timesMs[all[index - 1] ?? 0]);
  return {
    timesMs: Float64Array.from(places, (place) => timesMs[place] ?? 0),
    values: Float64Array.from(places, (place) => values[place] ?? Number.NaN),
    stale: Uint8Array.from(places, (place) => stale[place] ?? 0),
  };
}
