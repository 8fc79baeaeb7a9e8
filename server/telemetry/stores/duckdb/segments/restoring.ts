import { PharosError } from "#core/errors.ts";
import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { DuckdbFile } from "#server/telemetry/stores/duckdb/duckdb-file.ts";
import type { OpenedDuckdb } from "#server/telemetry/stores/duckdb/open-duckdb.ts";
import { isUndamaged } from "#server/telemetry/stores/duckdb/segments/begin-restore.ts";
import { type Numbers, readSegment } from "#server/telemetry/stores/duckdb/segments/read-segment.ts";
import { refillSegment } from "#server/telemetry/stores/duckdb/segments/refill-segment.ts";
import type { Segment } from "#server/telemetry/stores/duckdb/segments/segment.ts";
import type { SegmentFiles } from "#server/telemetry/stores/duckdb/segments/segment-files.ts";
import { SEGMENT_TABLES, segmentTable } from "#server/telemetry/stores/duckdb/segments/segment-tables.ts";
import { NOTHING_STORED, type TelemetryLedger } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import type { WriteTransaction } from "#server/telemetry/stores/duckdb/writer.ts";
import { GAPS } from "#server/telemetry/stores/tables.ts";

export interface RestoringOptions {
  readonly files: SegmentFiles;
  readonly ledger: Pick<TelemetryLedger, "note" | "committed" | "sync">;
  readonly now: () => number;
  readonly warn: (message: string) => void;
  readonly onLoss: (reason: string) => void;
  /** Of the store that is open by now. */
  readonly numbers: () => Numbers;
  /** Told of rows that came back, once they are committed. */
  readonly onBack: (segment: Segment) => void;
}

/** A segment that is to be read back: into the store's amount of its table it counts already. */
interface Waiting {
  readonly segment: Segment;
  readonly amount: number;
  readonly isWhole: boolean;
}

/** Memory may have been short. */
const TRIES_MAX = 4;

/** What is read back into a new store, one segment after the other: reports are taken in between. */
export class Restoring {
  readonly #options: RestoringOptions;
  /** How often a segment could not be read back that is what was written. */
  readonly #tries = new Map<string, number>();
  #waiting: readonly Waiting[] = [];

  constructor(options: RestoringOptions) {
    this.#options = options;
  }

  /** How many segments are left. */
  get left(): number {
    return this.#waiting.length;
  }

  /** Of the store that is open from now on. */
  async load({ writer }: Pick<OpenedDuckdb, "writer">): Promise<void> {
    const rows = await writer.runAndReadAll("SELECT segment, amount, is_whole FROM restoring");
    this.#waiting = inOrder(
      rows.getRowsJS().map(([segment, amount, isWhole]) => ({
        segment: JSON.parse(String(segment)) as Segment,
        amount: Number(amount),
        isWhole: isWhole === true,
      })),
    );
  }

  /** Resolves when nothing is left; rejects where the disk is full, and goes on when it is asked again. */
  async run(file: Pick<DuckdbFile, "write">): Promise<void> {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      await (next.isWhole ? this.#readBack(file, next) : this.#refill(file, next));
      await this.#options.ledger.sync();
    }
  }

  async #readBack(file: Pick<DuckdbFile, "write">, waiting: Waiting): Promise<void> {
    const { files, numbers, onBack } = this.#options;
    const { segment, amount } = waiting;
    if (!(await isUndamaged(files, segment))) return this.#giveUp(file, waiting, "its checksum is not what it was");
    try {
      await this.#write(file, waiting, async (transaction) => {
        const keep = await readSegment(transaction, files.pathOf(segment.file), segment, numbers());
        return { added: segment.has.amount - amount, onCommitted: keep };
      });
      onBack(segment);
    } catch (error) {
      const known = PharosError.from(error);
      const tries = (this.#tries.get(segment.file) ?? 0) + 1;
      this.#tries.set(segment.file, tries);
      if (known.code !== "internal" || tries < TRIES_MAX) throw known;
      await this.#giveUp(file, waiting, `${known.message}; it is kept as ${files.keep(segment.file)}`);
    }
  }

  /** Counts are made of finer ones, once all of those are back. */
  async #giveUp(file: Pick<DuckdbFile, "write">, waiting: Waiting, why: string): Promise<void> {
    const { segment, amount } = waiting;
    this.#options.warn(`segment ${this.#options.files.pathOf(segment.file)} of the telemetry store is damaged: ${why}`);
    if (segmentTable(segment.table).madeOf === undefined)
      await this.#write(file, waiting, (transaction) => this.#tell(transaction, segment, amount));
    else this.#waiting = inOrder(this.#waiting.map((each) => (each === waiting ? { ...each, isWhole: false } : each)));
  }

  async #refill(file: Pick<DuckdbFile, "write">, waiting: Waiting): Promise<void> {
    const { segment, amount } = waiting;
    await this.#write(file, waiting, async (transaction) => {
      const { before, after } = await refillSegment(transaction, segment);
      const lost = amount - (after.amount - before.amount);
      if (lost <= 0) return { added: -lost, onCommitted: () => undefined };
      return this.#tell(transaction, segment, lost);
    });
    this.#options.onBack(segment);
  }

  /** Of what is in no file any more. */
  async #tell(
    { append }: WriteTransaction,
    { table: name, file, fromMs, toMs }: Segment,
    lost: number,
  ): Promise<{ readonly added: number; readonly onCommitted: () => void }> {
    const { files, warn, onLoss } = this.#options;
    const { unit } = segmentTable(name);
    const text = (ms: number): string => new Date(ms).toISOString();
    const gap: GapRow = {
      workload: "",
      startMs: fromMs,
      endMs: toMs,
      requests: unit === "requests" ? lost : 0,
      reason: `the telemetry store has lost of table ${name} ${lost} ${unit} between ${text(fromMs)} and ${text(toMs)}: their segment ${files.pathOf(file)} is damaged`,
    };
    await append(GAPS, [gap]);
    return {
      added: -lost,
      onCommitted() {
        warn(gap.reason);
        onLoss(gap.reason);
      },
    };
  }

  /** With the note that it is done; nothing where the store that is open by now does not wait for it. */
  async #write(
    file: Pick<DuckdbFile, "write">,
    { segment }: Waiting,
    work: (
      transaction: WriteTransaction,
    ) => Promise<{ readonly added: number; readonly onCommitted: () => void } | undefined>,
  ): Promise<void> {
    const { ledger, now } = this.#options;
    await file.write(
      async (transaction) => {
        const noted = await transaction.connection.runAndReadAll(
          "DELETE FROM restoring WHERE file = $1 RETURNING file",
          [segment.file],
        );
        if (noted.currentRowCount === 0) return undefined;
        const done = await work(transaction);
        const entry = await ledger.note(transaction, NOTHING_STORED, now(), { [segment.table]: done?.added ?? 0 });
        return { entry, onCommitted: done?.onCommitted };
      },
      (done) => {
        if (done === undefined) return;
        ledger.committed(done.entry);
        done.onCommitted?.();
        this.#waiting = this.#waiting.filter((each) => each.segment.file !== segment.file);
      },
    );
  }
}

/** The newest first: what people look at. What is to be made of others waits for them, the finest first. */
function inOrder(all: readonly Waiting[]): readonly Waiting[] {
  const placeOf = ({ segment, isWhole }: Waiting): number =>
    isWhole ? -1 : SEGMENT_TABLES.findIndex(({ name }) => name === segment.table);
  return [...all].sort((a, b) => placeOf(a) - placeOf(b) || b.segment.toMs - a.segment.toMs);
}
