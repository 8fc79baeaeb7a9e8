import { createHmac } from "node:crypto";
import type { Logger } from "#node/log.ts";
import { urlOrigin } from "#server/outbox/url-origin.ts";

/** What somebody is to be told. */
export interface Letter {
  /** The same for as long as it is the same. */
  readonly id: string;
  readonly url: string;
  readonly body: string;
  /** By which what is sent is signed; undefined: it is not. */
  readonly secret?: string | undefined;
}

export interface OutboxOptions {
  /** What was not told yet, at most so much. */
  readonly untold: (most: number) => readonly Letter[];
  /** It is in nobody's way any more. */
  readonly told: (id: string, atMs: number) => void;
  /** Why one was not taken. */
  readonly refused?: (id: string, reason: string) => void;
  /** Answers the status; throws where there is none. */
  readonly post: PostJson;
  readonly log: Logger;
  /** What is told, for the log: "the webhook of quotas". */
  readonly what: string;
  /** How often it is looked whether there is something to tell. */
  readonly everyMs?: number;
}

export type PostJson = (url: string, body: string, headers: Readonly<Record<string, string>>) => Promise<number>;

const EVERY_MS = 1000;
const WAIT_MS_MAX = 300_000;
const AT_ONCE = 100;
/** How many places are told at the same time, and how long a round takes for one: whoever is slow to answer goes on with the next. */
const PLACES_MAX = 32;
const ROUND_MS_MAX = 10_000;

/**
 * Tells what is to be told: each once where it answers, and again where its answer is lost or is none of 200 to 299. What was not told is
 * in a store, and told when the server is started again. One that is not taken waits by itself, longer each time; others do not stand behind it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** By letter, when one that was not taken is told again. */
  readonly #refused = new Map<string, { readonly waitMs: number; readonly untilMs: number }>();
  /** By place, when one that does not answer is asked again. */
  readonly #silent = new Map<string, { readonly waitMs: number; readonly untilMs: number }>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  start(): void {
    this.#later(0);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #later(inMs: number): void {
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#tellAll(), inMs).unref();
  }

  async #tellAll(): Promise<void> {
    const { untold, log, what, everyMs = EVERY_MS } = this.#options;
    try {
      const letters = untold(AT_ONCE + this.#refused.size);
      const ids = new Set(letters.map(({ id }) => id));
      for (const id of this.#refused.keys()) if (!ids.has(id)) this.#refused.delete(id);
      const places = [...Map.groupBy(letters, ({ url }) => url).values()];
      const tellPlaces = async (): Promise<void> => {
        for (let place = places.shift(); place !== undefined; place = places.shift()) await this.#tellPlace(place);
      };
      await Promise.all(Array.from({ length: Math.min(PLACES_MAX, places.length) }, tellPlaces));
    } catch (error) {
      log.warn(`${what} could not be looked for, and will be again`, { error: String(error) });
    }
    this.#later(everyMs);
  }

  async #tellPlace(letters: readonly Letter[]): Promise<void> {
    const untilMs = Date.now() + ROUND_MS_MAX;
    for (const letter of letters) {
      const waiting = this.#silent.get(letter.url)?.untilMs ?? this.#refused.get(letter.id)?.untilMs ?? 0;
      if (Date.now() < waiting) continue;
      if (this.#isClosed || Date.now() > untilMs) return;
      await this.#tell(letter);
    }
  }

  async #tell({ id, url, body, secret }: Letter): Promise<void> {
    const { post, told, refused, log, what, everyMs = EVERY_MS } = this.#options;
    const signature = secret === undefined ? undefined : createHmac("sha256", secret).update(body).digest("hex");
    try {
      const status = await post(url, body, {
        "idempotency-key": encodeURIComponent(id),
        ...(signature === undefined ? {} : { "x-pharos-signature": `sha256=${signature}` }),
      });
      this.#silent.delete(url);
      if (this.#isClosed) return;
      if (status >= 200 && status <= 299) return told(id, Date.now());
      const waitMs = put(this.#refused, id, everyMs);
      refused?.(id, `it answers ${status}`);
      log.warn(`${what} did not take a notice, and will be told again`, {
        ...{ url: urlOrigin(url), notice: id, status, inSeconds: Math.ceil(waitMs / 1000) },
      });
    } catch (error) {
      if (this.#isClosed) return;
      const waitMs = put(this.#silent, url, everyMs);
      refused?.(id, String(error));
      log.warn(`${what} was not told, and will be again`, {
        ...{ url: urlOrigin(url), error: String(error), inSeconds: Math.ceil(waitMs / 1000) },
      });
    }
  }
}

type Waits = Map<string, { readonly waitMs: number; readonly untilMs: number }>;

/** Twice as long as the time before. */
function put(waits: Waits, key: string, everyMs: number): number {
  const waitMs = Math.min(2 * (waits.get(key)?.waitMs ?? everyMs), WAIT_MS_MAX);
  waits.set(key, { waitMs, untilMs: Date.now() + waitMs });
  return waitMs;
}
