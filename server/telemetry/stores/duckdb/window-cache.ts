import type { TierName } from "#server/telemetry/ports/tiers.ts";
import { bytesOf, type WindowColumns } from "#server/telemetry/stores/duckdb/window-columns.ts";
import type { RangePart } from "#server/telemetry/stores/plan-range.ts";

interface CachedPart {
  readonly part: RangePart;
  readonly columns: readonly WindowColumns[];
  readonly bytes: number;
}

const BYTES_MAX = 128 * 1024 ** 2;

/**
 * Rows of parts of ranges, as they were read or added up: of an hour that is looked at again nearly all is the same. What a committed batch has
 * added to is made anew, also where it was being made as the batch was committed. Bounded by bytes: what was not asked for the longest goes first.
 */
export class WindowCache {
  readonly #bytesMax: number;
  readonly #kept = new Map<string, CachedPart>();
  /** What is being made; taken out where it changes meanwhile. */
  readonly #making = new Map<symbol, RangePart>();
  #bytes = 0;

  constructor(bytesMax = BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** As it was made before, or by `make`. */
  async get(part: RangePart, make: () => Promise<readonly WindowColumns[]>): Promise<readonly WindowColumns[]> {
    const name = nameOf(part);
    const known = this.#kept.get(name);
    if (known !== undefined) {
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return known.columns;
    }
    const making = Symbol(name);
    this.#making.set(making, part);
    try {
      const columns = await make();
      if (this.#making.has(making)) this.#keep(part, columns);
      return columns;
    } finally {
      this.#making.delete(making);
    }
  }

  /** Rows of these times were committed. */
  changed(startsMs: Iterable<number>): void {
    const starts = [...new Set(startsMs)];
    this.#forget(({ fromMs, toMs }) => starts.some((startMs) => startMs >= fromMs && startMs < toMs));
  }

  /** Rows of a tier before a time were taken away. */
  dropped(tier: TierName, beforeMs: number): void {
    this.#forget((part) => part.tier === tier && part.fromMs < beforeMs);
  }

  #keep(part: RangePart, columns: readonly WindowColumns[]): void {
    const name = nameOf(part);
    this.#drop(name);
    const bytes = columns.reduce((sum, each) => sum + bytesOf(each), 0);
    this.#kept.set(name, { part, columns, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#drop(oldest);
    }
  }

  #forget(isMeant: (part: RangePart) => boolean): void {
    for (const [name, { part }] of this.#kept) if (isMeant(part)) this.#drop(name);
    for (const [making, part] of this.#making) if (isMeant(part)) this.#making.delete(making);
  }

  #drop(name: string): void {
    this.#bytes -= this.#kept.get(name)?.bytes ?? 0;
    this.#kept.delete(name);
  }
}

function nameOf({ tier, fromMs, toMs }: RangePart): string {
  return `${tier} ${fromMs} ${toMs}`;
}
