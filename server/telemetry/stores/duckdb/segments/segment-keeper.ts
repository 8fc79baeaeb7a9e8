import { statfs } from "node:fs/promises";
import { PharosError } from "#core/errors.ts";
import type { SegmentStatus } from "#core/view/storage.ts";
import type { DuckdbFile } from "#server/telemetry/stores/duckdb/duckdb-file.ts";
import { NEWEST } from "#server/telemetry/stores/duckdb/migrate.ts";
import type { OpenedDuckdb } from "#server/telemetry/stores/duckdb/open-duckdb.ts";
import {
  type BegunRestore,
  beginRestore,
  isUndamaged,
} from "#server/telemetry/stores/duckdb/segments/begin-restore.ts";
import { Restoring, type RestoringOptions } from "#server/telemetry/stores/duckdb/segments/restoring.ts";
import { sealSegments } from "#server/telemetry/stores/duckdb/segments/seal-segments.ts";
import { type Catalog, SegmentFiles } from "#server/telemetry/stores/duckdb/segments/segment-files.ts";
import type { TelemetryLedger } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import { Writer } from "#server/telemetry/stores/duckdb/writer.ts";

export interface SegmentKeeperOptions extends Omit<RestoringOptions, "files" | "ledger"> {
  /** The database's. */
  readonly path: string;
  readonly ledger: TelemetryLedger;
}

/** What is left to reports that come. */
const ROOM_LEFT_BYTES = 64 * 1024 ** 2;
/** The rest is written in the next round. */
const ROUND_MS_MAX = 20_000;
/** Read in each round, to see whether they are what was written. */
const CHECKED_BYTES = 64 * 1024 ** 2;

/**
 * The segments of a database: what is over is written to them, and read back where the database is damaged or gone. It is in the database too, so that
 * nothing is lost with either.
 */
export class SegmentKeeper {
  readonly #options: SegmentKeeperOptions;
  readonly #files: SegmentFiles;
  readonly #restoring: Restoring;
  readonly #damaged = new Set<string>();
  #catalog: Catalog | undefined;
  #isWorking = false;
  #run: Promise<void> | undefined;
  #isStandIn = false;
  #isBehind = false;
  #checked = 0;
  /** From when on rows may have come since the last round. */
  #fromMs = 0;
  #failure: string | undefined;
  #unswept: string | undefined;

  constructor(options: SegmentKeeperOptions) {
    const { path, warn } = options;
    this.#options = options;
    this.#files = new SegmentFiles(path);
    this.#restoring = new Restoring({ ...options, files: this.#files });
    this.#catalog = this.#files.newest((damaged) =>
      warn(`${damaged} is damaged: of the telemetry store's segments those count that were there before`),
    );
  }

  get status(): SegmentStatus {
    const { segments = [], untilMs = null } = this.#catalog ?? {};
    return {
      count: segments.length,
      bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
      untilMs,
      restoring: this.#restoring.left,
      failure: this.#failure ?? null,
      damaged: this.#damaged.size,
    };
  }

  /** Not all that is over is in segments yet. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  get isRestoring(): boolean {
    return this.#restoring.left > 0;
  }

  /** Transactions that a store which is open has had at least. */
  get commits(): number {
    return this.#catalog?.commits ?? 0;
  }

  /** Of a database that was just opened, and may have lost some: what it will have back. */
  async begin(opened: OpenedDuckdb, isDamaged: boolean): Promise<BegunRestore | undefined> {
    this.#isStandIn = opened.standsInFor !== undefined;
    this.#fromMs = 0;
    const catalog = this.#catalog;
    const { ledger } = this.#options;
    if (this.#isStandIn) return undefined;
    const begun =
      catalog !== undefined && (isDamaged || ledger.commits < catalog.commits)
        ? await new Writer(opened.writer).run((transaction) =>
            beginRestore(transaction, this.#files, catalog, ledger.expected),
          )
        : undefined;
    if (catalog === undefined && opened.movedAside !== undefined) this.#files.setAside(`${opened.movedAside}.segments`);
    await this.#restoring.load(opened);
    return begun;
  }

  /** Rows of these times were committed. */
  touched(timesMs: Iterable<number>): void {
    for (const ms of timesMs) this.#fromMs = Math.min(this.#fromMs, ms);
  }

  /** Goes on with what is to be read back, for all who ask meanwhile. A full disk puts it off. */
  restore(file: DuckdbFile): Promise<void> {
    this.#run ??= this.#restore(file).finally(() => {
      this.#run = undefined;
    });
    return this.#run;
  }

  async #restore(file: DuckdbFile): Promise<void> {
    const { warn } = this.#options;
    const { left } = this.#restoring;
    if (left === 0) return;
    try {
      await this.#restoring.run(file);
      warn(`the telemetry store has read ${left} segments back`);
    } catch (error) {
      warn(`the telemetry store's segments wait to be read back: ${PharosError.from(error).message}`);
    }
  }

  /** Writes what is over; `cutsMs`: up to when retention has taken rows away, by table. Failures are told, once each. */
  async seal(file: DuckdbFile, cutsMs: Readonly<Record<string, number>>): Promise<void> {
    const { now, warn } = this.#options;
    if (this.isRestoring || this.#isStandIn || this.#isWorking) return;
    this.#isWorking = true;
    // What comes meanwhile may be after the snapshot: it is looked for again.
    let lookFromMs = this.#fromMs;
    this.#fromMs = Number.POSITIVE_INFINITY;
    try {
      this.#files.make();
      await this.#check();
      await this.#checkRoom();
      await file.apart(async (connection) => {
        // Another database may be open by now.
        if (this.isRestoring || this.#isStandIn) return;
        const begun = performance.now();
        const { catalog, isBehind } = await sealSegments(connection, {
          files: this.#files,
          catalog: this.#catalog,
          damaged: this.#damaged,
          schema: NEWEST,
          nowMs: now(),
          fromMs: lookFromMs,
          cutsMs,
          budget: () => performance.now() - begun < ROUND_MS_MAX,
        });
        this.#catalog = catalog;
        this.#isBehind = isBehind;
        if (!isBehind) lookFromMs = catalog.untilMs;
      });
      this.#failure = undefined;
    } catch (error) {
      const { message } = PharosError.from(error);
      if (message !== this.#failure) warn(`what the telemetry store holds is not in segments yet: ${message}`);
      this.#failure = message;
    } finally {
      this.#fromMs = Math.min(lookFromMs, this.#fromMs);
      this.#isWorking = false;
    }
    this.#sweep();
  }

  /** What cannot be taken away costs room, and no round. */
  #sweep(): void {
    try {
      this.#files.sweep(this.#catalog);
      this.#unswept = undefined;
    } catch (error) {
      const { message } = PharosError.from(error);
      if (message !== this.#unswept)
        this.#options.warn(`segments that the telemetry store needs no more are still there: ${message}`);
      this.#unswept = message;
    }
  }

  async #checkRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#files.dir);
    if (bavail * bsize < ROOM_LEFT_BYTES)
      throw new PharosError("exhausted", `the disk of ${this.#files.dir} has less than ${ROOM_LEFT_BYTES} bytes left`);
  }

  /** Whether segments are what was written: that all are there, and a part of them byte for byte. */
  async #check(): Promise<void> {
    const segments = this.#catalog?.segments ?? [];
    const files = new Set(segments.map(({ file }) => file));
    for (const file of this.#damaged) if (!files.has(file)) this.#damaged.delete(file);
    const note = (file: string): void => {
      if (this.#damaged.has(file)) return;
      this.#damaged.add(file);
      this.#options.warn(
        `segment ${this.#files.pathOf(file)} of the telemetry store was damaged or gone; it is written anew, and nothing is lost`,
      );
    };
    for (const segment of segments) if (!this.#files.isThere(segment)) note(segment.file);
    for (let bytes = 0, count = 0; bytes < CHECKED_BYTES && count < segments.length; count += 1) {
      const segment = segments[this.#checked % segments.length];
      this.#checked += 1;
      if (segment === undefined) continue;
      bytes += segment.bytes;
      if (!(await isUndamaged(this.#files, segment))) note(segment.file);
    }
  }
}
