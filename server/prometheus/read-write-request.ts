import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { seriesLabels } from "#core/promql/series-labels.ts";
import type { ToldSeries } from "#server/telemetry/ingest/sample-ingest.ts";

/** What a remote write holds. Native histograms and exemplars are counted, and not kept. */
export interface WriteRequest {
  readonly series: readonly ToldSeries[];
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

type Sample = ToldSeries["samples"][number];

/** What one write may hold: an empty label takes two bytes and some hundreds once it is read. Senders send some thousands of series. */
const SERIES_MAX = 100_000;
const SAMPLES_MAX = 400_000;
const LABELS_MAX = 1_000_000;
const LABELS_OF_ONE_MAX = 128;
const SYMBOLS_MAX = 500_000;

/** Throws where there are more of something than a write may hold. */
class Counts {
  readonly #counts = new Map<string, number>();

  add(what: string, most: number, count = 1): void {
    const sum = (this.#counts.get(what) ?? 0) + count;
    if (sum > most) throw new Error(`more than ${most} ${what} in one request: send it in parts`);
    this.#counts.set(what, sum);
  }
}

/** The NaN that says that a series ended; no other is told from it once it is a number. */
const STALE = 0x7ff0000000000002n;

const bits = new DataView(new ArrayBuffer(8));

function readValue(reader: BinaryReader): number | null {
  const raw = BigInt(reader.fixed64());
  if (raw === STALE) return null;
  bits.setBigUint64(0, raw);
  return bits.getFloat64(0);
}

/** Calls `field` with each field's number; it answers false for one that is to be passed over. */
function readFields(reader: BinaryReader, field: (no: number, type: WireType) => boolean): void {
  const end = reader.len;
  while (reader.pos < end) {
    const [no, type] = reader.tag();
    if (!field(no, type)) reader.skip(type, no);
  }
}

function within(reader: BinaryReader, field: (inner: BinaryReader, no: number, type: WireType) => boolean): void {
  const inner = new BinaryReader(reader.bytes());
  readFields(inner, (no, type) => field(inner, no, type));
}

function readSample(reader: BinaryReader): Sample {
  let value: number | null = 0;
  let atMs = 0;
  within(reader, (inner, no, type) => {
    if (no === 1 && type === WireType.Bit64) value = readValue(inner);
    else if (no === 2 && type === WireType.Varint) atMs = Number(inner.int64());
    else return false;
    return true;
  });
  return { atMs, value };
}

interface Counted {
  histograms: number;
  exemplars: number;
}

/** prometheus.WriteRequest. Throws for what is none. */
export function readWriteRequest(bytes: Uint8Array): WriteRequest {
  const counted: Counted = { histograms: 0, exemplars: 0 };
  const counts = new Counts();
  const series: ToldSeries[] = [];
  const reader = new BinaryReader(bytes);
  readFields(reader, (no, type) => {
    if (no !== 1 || type !== WireType.LengthDelimited) return false;
    counts.add("series", SERIES_MAX);
    const labels: [string, string][] = [];
    const samples: Sample[] = [];
    within(reader, (inner, field, wire) => {
      if (wire !== WireType.LengthDelimited) return false;
      if (field === 1) {
        counts.add("labels", LABELS_MAX);
        labels.push(readLabel(inner));
        if (labels.length > LABELS_OF_ONE_MAX) throw tooManyLabels();
      } else if (field === 2) {
        counts.add("samples", SAMPLES_MAX);
        samples.push(readSample(inner));
      } else return note(counted, field);
      return true;
    });
    series.push({ labels: seriesLabels(labels), samples });
    return true;
  });
  return { series, samples: countOf(series), ...counted };
}

function note(counted: Counted, field: number): false {
  if (field === 3) counted.exemplars += 1;
  if (field === 4) counted.histograms += 1;
  return false;
}

function readLabel(reader: BinaryReader): [string, string] {
  const label: [string, string] = ["", ""];
  within(reader, (inner, no, type) => {
    if ((no !== 1 && no !== 2) || type !== WireType.LengthDelimited) return false;
    label[no - 1] = inner.string();
    return true;
  });
  return label;
}

/** io.prometheus.write.v2.Request: the same with names and values by their place in a table. */
export function readWriteRequest2(bytes: Uint8Array): WriteRequest {
  const symbols: string[] = [];
  const counts = new Counts();
  const told: { readonly refs: readonly number[]; readonly samples: readonly Sample[] }[] = [];
  const counted: Counted = { histograms: 0, exemplars: 0 };
  const reader = new BinaryReader(bytes);
  readFields(reader, (no, type) => {
    if (type !== WireType.LengthDelimited) return false;
    if (no === 4) {
      counts.add("symbols", SYMBOLS_MAX);
      symbols.push(reader.string());
    } else if (no === 5) {
      counts.add("series", SERIES_MAX);
      const refs: number[] = [];
      const samples: Sample[] = [];
      within(reader, (inner, field, wire) => {
        if (field === 1) {
          for (const ref of readNumbers(inner, wire)) refs.push(ref);
          if (refs.length > 2 * LABELS_OF_ONE_MAX) throw tooManyLabels();
        } else if (field === 2 && wire === WireType.LengthDelimited) {
          counts.add("samples", SAMPLES_MAX);
          samples.push(readSample(inner));
        } else {
          if (field === 3) counted.histograms += 1;
          if (field === 4) counted.exemplars += 1;
          return false;
        }
        return true;
      });
      counts.add("labels", LABELS_MAX, Math.ceil(refs.length / 2));
      told.push({ refs, samples });
    } else return false;
    return true;
  });
  const symbol = (ref: number | undefined): string => {
    const text = symbols[ref ?? -1];
    if (text === undefined) throw new Error(`label reference ${ref} is beyond the ${symbols.length} symbols`);
    return text;
  };
  const series = told.map(({ refs, samples }): ToldSeries => {
    if (refs.length % 2 !== 0) throw new Error(`${refs.length} label references are no pairs`);
    const labels: [string, string][] = [];
    for (let at = 0; at < refs.length; at += 2) labels.push([symbol(refs[at]), symbol(refs[at + 1])]);
    return { labels: seriesLabels(labels), samples };
  });
  return { series, samples: countOf(series), ...counted };
}

function tooManyLabels(): Error {
  return new Error(`a series has more than ${LABELS_OF_ONE_MAX} labels`);
}

/** One, or several packed. */
function readNumbers(reader: BinaryReader, wire: WireType): number[] {
  if (wire !== WireType.LengthDelimited) return [reader.uint32()];
  const packed = new BinaryReader(reader.bytes());
  const numbers: number[] = [];
  while (packed.pos < packed.len) {
    if (numbers.length > 2 * LABELS_OF_ONE_MAX) throw tooManyLabels();
    numbers.push(packed.uint32());
  }
  return numbers;
}

function countOf(series: readonly ToldSeries[]): number {
  return series.reduce((sum, { samples }) => sum + samples.length, 0);
}
