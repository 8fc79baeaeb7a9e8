import { PharosError } from "#core/errors.ts";
import { Backoff } from "#node/backoff.ts";

/** What is known of the keys at one place. */
export interface KeyStatus {
  /** Undefined: none were ever fetched. */
  readonly fetchedAtMs: number | undefined;
  /** Why the last try failed; undefined while it did not, and before the first. */
  readonly error: string | undefined;
  /** When they are asked for again; undefined: just now, or as soon as it is their turn. */
  readonly nextAtMs: number | undefined;
  /** The last good set, as it was sent. */
  readonly keys: string | undefined;
}

export interface KeptKeys {
  readonly keys: string;
  readonly fetchedAtMs: number;
}

export interface KeyKeeperOptions {
  readonly fetch: (location: string, timeoutMs: number, signal: AbortSignal) => Promise<string>;
  /** Sets that are others, or new; null for one that is kept no longer. */
  readonly onChange: (sets: Readonly<Record<string, string | null>>) => void;
  /** Keeps them beyond this process. */
  readonly save: (all: ReadonlyMap<string, KeptKeys>) => void;
  /** Calls back later; returns how not to. */
  readonly later: (ms: number, callback: () => void) => () => void;
  readonly nowMs: () => number;
}

/** As Istio's PILOT_JWT_PUB_KEY_REFRESH_INTERVAL. */
const REFRESH_MS = 20 * 60_000;
const RETRY = { firstMs: 1000, maxMs: 5 * 60_000 } as const;
/** Others wait: what one policy names is not asked for in the place of all others. */
const AT_ONCE_MAX = 8;

interface Place {
  timeoutMs: number;
  error: string | undefined;
  nextAtMs: number | undefined;
  readonly backoff: Backoff;
  /** Resolves when it was tried once. */
  readonly first: PromiseWithResolvers<void>;
  cancel: () => void;
}

/** Fetches key sets while they are wanted, again and again, and keeps the last good one of each whatever becomes of its server. */
export class KeyKeeper {
  readonly #options: KeyKeeperOptions;
  readonly #places = new Map<string, Place>();
  readonly #kept: Map<string, KeptKeys>;
  /** Each once, however often it is given up and wanted again before its turn. */
  readonly #waiting = new Set<string>();
  readonly #stopping = new AbortController();
  #running = 0;

  /** `kept`: what an earlier process had. */
  constructor(kept: ReadonlyMap<string, KeptKeys>, options: KeyKeeperOptions) {
    this.#kept = new Map(kept);
    this.#options = options;
  }

  /** Places that are wanted, with how long an answer is waited for; what is kept of others is given up. */
  follow(wanted: ReadonlyMap<string, number>): void {
    const gone = [...new Set([...this.#places.keys(), ...this.#kept.keys()])].filter((each) => !wanted.has(each));
    for (const location of gone) {
      this.#places.get(location)?.cancel();
      this.#places.get(location)?.first.resolve();
      this.#places.delete(location);
    }
    const dropped = gone.filter((each) => this.#kept.delete(each));
    if (dropped.length > 0) this.#changed(Object.fromEntries(dropped.map((each) => [each, null])));
    for (const [location, timeoutMs] of wanted) {
      const known = this.#places.get(location);
      if (known !== undefined) {
        known.timeoutMs = timeoutMs;
        continue;
      }
      const first = Promise.withResolvers<void>();
      this.#places.set(location, {
        timeoutMs,
        error: undefined,
        nextAtMs: undefined,
        backoff: new Backoff(RETRY),
        first,
        cancel: () => undefined,
      });
      this.#queue(location);
    }
  }

  /** Resolves when each place of which nothing is kept was tried once. */
  async triedAll(): Promise<void> {
    const unknown = [...this.#places].filter(([location]) => !this.#kept.has(location));
    await Promise.all(unknown.map(([, { first }]) => first.promise));
  }

  keySets(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#kept].map(([location, { keys }]) => [location, keys]));
  }

  /** Undefined of a place that nobody wants. */
  status(location: string): KeyStatus | undefined {
    const place = this.#places.get(location);
    if (place === undefined) return undefined;
    const { fetchedAtMs, keys } = this.#kept.get(location) ?? {};
    return { fetchedAtMs, keys, error: place.error, nextAtMs: place.nextAtMs };
  }

  close(): void {
    this.#stopping.abort();
    for (const { cancel } of this.#places.values()) cancel();
  }

  #queue(location: string): void {
    this.#waiting.add(location);
    this.#next();
  }

  #next(): void {
    while (this.#running < AT_ONCE_MAX && !this.#stopping.signal.aborted) {
      const [location] = this.#waiting;
      if (location === undefined) return;
      this.#waiting.delete(location);
      const place = this.#places.get(location);
      if (place === undefined) continue;
      this.#running += 1;
      void this.#ask(location, place).finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  async #ask(location: string, place: Place): Promise<void> {
    const { fetch, nowMs, later } = this.#options;
    let nextMs = REFRESH_MS;
    place.nextAtMs = undefined;
    try {
      const keys = await fetch(location, place.timeoutMs, this.#stopping.signal);
      if (this.#places.get(location) !== place) return;
      place.error = undefined;
      place.backoff.reset();
      const before = this.#kept.get(location)?.keys;
      this.#kept.set(location, { keys, fetchedAtMs: nowMs() });
      this.#changed(before === keys ? {} : { [location]: keys });
    } catch (error) {
      place.error = PharosError.from(error).message;
      nextMs = place.backoff.next();
    }
    place.first.resolve();
    if (this.#places.get(location) !== place || this.#stopping.signal.aborted) return;
    place.nextAtMs = nowMs() + nextMs;
    place.cancel = later(nextMs, () => this.#queue(location));
  }

  #changed(sets: Readonly<Record<string, string | null>>): void {
    this.#options.save(this.#kept);
    if (Object.keys(sets).length > 0) this.#options.onChange(sets);
  }
}
