/** Something that was not taken because of a limit. */
export interface Refused {
  /** What there is too much of: "bytes in flight". */
  readonly limit: string;
  /** Who had too much: an identity, or an address. */
  readonly party: string;
  readonly count: number;
}

export interface RefusedEntry {
  readonly limit: string;
  readonly party: string;
  /** Since the start. */
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Entry {
  count: number;
  readonly firstMs: number;
  lastMs: number;
  /** Of `count`, what was told of. */
  told: number;
  toldMs: number;
}

/** A party that is refused again and again is told of at once, and then once in this time with how often. */
const TELL_EVERY_MS = 60_000;
/** Lines in one such time, of all parties: what is over waits for the next. */
const TOLD_MAX = 30;
/** Beyond this many the least recent are forgotten: addresses can be many. */
const ENTRIES_MAX = 500;

export interface LimitBookOptions {
  readonly now: () => number;
  /** One line for log and audit: `count` since the last. */
  readonly tell: (refused: Refused) => void;
}

/** What limits have refused, by limit and party: summed, so that who is refused can fill neither log nor audit. */
export class LimitBook {
  readonly #options: LimitBookOptions;
  readonly #entries = new Map<string, Entry & Pick<Refused, "limit" | "party">>();

  readonly #totals = new Map<string, number>();
  #told = 0;
  #toldSinceMs = -Infinity;

  constructor(options: LimitBookOptions) {
    this.#options = options;
  }

  add({ limit, party, count }: Refused): void {
    const now = this.#options.now();
    const name = JSON.stringify([limit, party]);
    const entry = this.#entries.get(name) ?? {
      limit,
      party,
      count: 0,
      firstMs: now,
      lastMs: now,
      told: 0,
      toldMs: -Infinity,
    };
    this.#totals.set(limit, (this.#totals.get(limit) ?? 0) + count);
    entry.count += count;
    entry.lastMs = now;
    // The most recent stand last.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    if (this.#entries.size > ENTRIES_MAX) this.#forgetOldest();
    this.#tell(entry, now);
  }

  /** Tells what was summed up since. To be called now and then: the last refusals of a party come with nothing after them. */
  summarize(): void {
    const now = this.#options.now();
    for (const entry of this.#entries.values()) this.#tell(entry, now);
  }

  /** The most recent first. */
  list(): readonly RefusedEntry[] {
    return [...this.#entries.values()]
      .reverse()
      .map(({ limit, party, count, firstMs, lastMs }) => ({ limit, party, count, firstMs, lastMs }));
  }

  /** Since the start, by limit. */
  get totals(): ReadonlyMap<string, number> {
    return this.#totals;
  }

  #tell(entry: Entry & Pick<Refused, "limit" | "party">, now: number): void {
    const count = entry.count - entry.told;
    if (count === 0 || now - entry.toldMs < TELL_EVERY_MS) return;
    if (now - this.#toldSinceMs >= TELL_EVERY_MS) {
      this.#told = 0;
      this.#toldSinceMs = now;
    }
    if (this.#told >= TOLD_MAX) return;
    this.#told += 1;
    entry.told = entry.count;
    entry.toldMs = now;
    this.#options.tell({ limit: entry.limit, party: entry.party, count });
  }

  #forgetOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
