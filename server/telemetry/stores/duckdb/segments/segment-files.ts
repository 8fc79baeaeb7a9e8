import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { writeFileDurably } from "#node/write-file-durably.ts";
import type { ReportMark } from "#server/telemetry/ports/telemetry-sink.ts";
import type { CoarseTier } from "#server/telemetry/ports/tiers.ts";
import type { Segment } from "#server/telemetry/stores/duckdb/segments/segment.ts";

/** All segments as of one moment, with what a store must know to go on from there. */
export interface Catalog {
  readonly round: number;
  readonly atMs: number;
  /** What was before and is in no segment came late. */
  readonly untilMs: number;
  /** Transactions of the store by then. */
  readonly commits: number;
  readonly rolled: Partial<Readonly<Record<CoarseTier, number>>>;
  /** Up to where agents' reports are in the segments, as far as their times are over. */
  readonly marks: readonly (Omit<ReportMark, "sequence"> & { readonly sequence: string })[];
  readonly segments: readonly Segment[];
}

const CATALOG = /^catalog-(\d{8})\.json\.gz$/;
/** Each tells of segments that are all there still: where the newest is damaged, the one before it counts. */
const CATALOGS_KEPT = 6;

/** The folder of segments. What is in it counts by its catalogs alone, which are written last. */
export class SegmentFiles {
  readonly dir: string;

  /** `path` is the database's. */
  constructor(path: string) {
    this.dir = `${path.replace(/\.duckdb$/, "")}.segments`;
  }

  pathOf(name: string): string {
    return join(this.dir, name);
  }

  make(): void {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
  }

  /** Whether a segment's file is there, and as long as it was. */
  isThere({ file, bytes }: Segment): boolean {
    return statSync(this.pathOf(file), { throwIfNoEntry: false })?.size === bytes;
  }

  /** The newest catalog that can be read; `onDamaged` is told of those that cannot. */
  newest(onDamaged: (path: string) => void): Catalog | undefined {
    for (const name of this.#catalogs()) {
      const found = this.#read(name);
      if (found !== undefined) return found;
      onDamaged(this.pathOf(name));
    }
    return undefined;
  }

  /** Above those of all catalogs that are there, damaged ones too. */
  nextRound(): number {
    return Number(CATALOG.exec(this.#catalogs()[0] ?? "")?.[1] ?? 0) + 1;
  }

  write(catalog: Catalog): void {
    const name = `catalog-${String(catalog.round).padStart(8, "0")}.json.gz`;
    writeFileDurably(this.pathOf(name), gzipSync(JSON.stringify(catalog)));
  }

  /** Takes away what neither the catalog that is known nor one of those that are kept speaks of. */
  sweep(known: Catalog | undefined): void {
    if (statSync(this.dir, { throwIfNoEntry: false })?.isDirectory() !== true) return;
    const kept = new Set(known?.segments.map(({ file }) => file));
    let catalogs = 0;
    for (const name of this.#catalogs()) {
      if (catalogs === CATALOGS_KEPT) break;
      const catalog = this.#read(name);
      if (catalog === undefined) continue;
      catalogs += 1;
      kept.add(name);
      for (const { file } of catalog.segments) kept.add(file);
    }
    // A folder in it is nobody's here: that of a disk of its own has one.
    for (const entry of readdirSync(this.dir, { withFileTypes: true }))
      if (entry.isFile() && !kept.has(entry.name)) rmSync(this.pathOf(entry.name), { force: true });
  }

  /** Moves a segment out of the folder, for whoever can read it. */
  keep(file: string): string {
    const to = `${this.dir}.damaged-${file}`;
    if (existsSync(this.pathOf(file))) renameSync(this.pathOf(file), to);
    return to;
  }

  /** Moves the folder aside, where it holds anything that no catalog tells the meaning of. */
  setAside(to: string): boolean {
    const isFolder = statSync(this.dir, { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isFolder || readdirSync(this.dir).length === 0) return false;
    renameSync(this.dir, to);
    return true;
  }

  /** The newest first. */
  #catalogs(): string[] {
    try {
      return readdirSync(this.dir)
        .filter((name) => CATALOG.test(name))
        .sort()
        .reverse();
    } catch (error) {
      // A file in its place holds no segments; that none can be written there is told as they are.
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return [];
      throw error;
    }
  }

  /** Undefined where it is damaged: gzip has a checksum. */
  #read(name: string): Catalog | undefined {
    try {
      return JSON.parse(gunzipSync(readFileSync(this.pathOf(name))).toString()) as Catalog;
    } catch {
      return undefined;
    }
  }
}
