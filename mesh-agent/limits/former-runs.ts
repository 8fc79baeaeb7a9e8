import { rmSync } from "node:fs";
import { PharosError } from "#core/errors.ts";
import { lastDraw } from "#core/rate-limit/journal-entries.ts";
import type { Draw, Grant } from "#core/rate-limit/lease-message.ts";
import { DRAW_UNITS } from "#mesh-agent/limits/lease-client.ts";
import { journalFile, journalRuns, readJournal, readStreams, writeJournal } from "#mesh-agent/limits/limit-journal.ts";
import { Backoff } from "#node/backoff.ts";
import type { Logger } from "#node/log.ts";
import { DRAWS_MAX, decodeGrants, encodeDraws, FORMER_MAX } from "#proto/lease-codec.ts";

const TIMEOUT_MS = 5000;
const AGAIN_MS = 1000;
const AGAIN_MS_MAX = 30_000;
/** A control plane that is new does not know this instance yet. */
const LOGGED_AT = 3;

export interface FormerRunsOptions {
  readonly dir: string;
  /** The one that is: it is not over. */
  readonly run: string;
  /** `namespace/name` */
  readonly instance: string;
  readonly call: (path: string, request: Uint8Array, timeoutMs: number) => Promise<Uint8Array>;
  readonly log: Logger;
  readonly againMs?: number;
}

/**
 * Tells the owner what runs before this one let through, from their journals: what they held and did not use goes back. A journal
 * goes when the owner was told besides that this is known: until then it is told again, and counted once.
 */
export class FormerRuns {
  readonly #options: FormerRunsOptions;
  readonly #backoff: Backoff;
  /** How often each file could not be told of. */
  readonly #failures = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: FormerRunsOptions) {
    this.#options = options;
    this.#backoff = new Backoff({ firstMs: options.againMs ?? AGAIN_MS, maxMs: AGAIN_MS_MAX });
  }

  start(): void {
    void this.#tellAll();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Runs of which it is not known that the owner knows. Throws where that cannot be read. */
  get pending(): readonly string[] {
    const { dir, run } = this.#options;
    return journalRuns(dir).filter((each) => each !== run);
  }

  /** The same; none where that cannot be read, which is told of later. */
  get runs(): readonly string[] {
    try {
      return this.pending.slice(0, FORMER_MAX);
    } catch {
      return [];
    }
  }

  /** Their journals; none where that cannot be read, which is told of later. */
  get files(): readonly string[] {
    try {
      return this.pending.map((run) => journalFile(this.#options.dir, run));
    } catch {
      return [];
    }
  }

  /** What lasts is in the journal of this run: in those before it, it would be as many times as the agent was killed while nobody is told. */
  dropStreams(): void {
    for (const file of this.files)
      try {
        if (readStreams([file]).size > 0) writeJournal(file, readJournal(file));
      } catch {
        // It is longer than it need be.
      }
  }

  async #tellAll(): Promise<void> {
    const { dir } = this.#options;
    let isWhole = true;
    const attempt = async (file: string, what: () => Promise<void>): Promise<void> => {
      try {
        await what();
      } catch (error) {
        isWhole = false;
        this.#logOnce(file, error);
      }
    };
    await attempt(dir, async () => {
      for (const run of this.pending)
        await attempt(journalFile(dir, run), async () => {
          if (this.#isClosed) return;
          await this.#tell(run);
          this.#backoff.reset();
        });
    });
    if (!isWhole && !this.#isClosed) this.#timer = setTimeout(() => void this.#tellAll(), this.#backoff.next()).unref();
  }

  /** That the control plane is away is said by whoever keeps the connection. */
  #logOnce(file: string, error: unknown): void {
    if (this.#isClosed || PharosError.from(error).code === "unavailable") return;
    const failures = (this.#failures.get(file) ?? 0) + 1;
    this.#failures.set(file, failures);
    if (failures !== LOGGED_AT) return;
    this.#options.log.warn(
      "what former runs of this agent let through by quotas is not told: it is kept, and will be told again",
      { file, error: String(error) },
    );
  }

  async #tell(run: string): Promise<void> {
    const { dir, log } = this.#options;
    const file = journalFile(dir, run);
    const entries = [...readJournal(file)];
    const draws = (isKnown: boolean): Draw[] =>
      entries.map(([key, entry], at) => lastDraw(key, entry, isKnown ? entries.length + at : at, isKnown, Date.now()));
    await this.#send(run, draws(false));
    // From here on it is known to be counted, also when this one is killed before it can say so.
    writeJournal(
      file,
      entries.map(([key, entry]) => [key, { ...entry, counted: entry.used }] as const),
    );
    await this.#send(run, draws(true));
    rmSync(file, { force: true });
    if (entries.length > 0)
      log.info("what the last run of this agent let through by quotas is told", { keys: entries.length });
  }

  async #send(run: string, draws: readonly Draw[]): Promise<void> {
    const { instance, call } = this.#options;
    let left = 0;
    for (let at = 0; at < draws.length; at += DRAWS_MAX) {
      const sent = draws.slice(at, at + DRAWS_MAX);
      const answer = await call(DRAW_UNITS, encodeDraws({ instance, run, isFormer: true, draws: sent }), TIMEOUT_MS);
      left += countRefused(sent, decodeGrants(answer));
    }
    if (left > 0)
      throw new Error(`the control plane has no room for ${left} of its keys: raise bucket.keysMax of their rules`);
  }
}

/** What came before is counted already, and of a limit that is gone nothing is; but a key without room was not counted. */
function countRefused(draws: readonly Draw[], grants: readonly Grant[]): number {
  const refused = new Set(grants.filter(({ trouble }) => trouble === "too-many-keys").map(({ key }) => key));
  return draws.filter(({ key, used, counted }) => used > counted && refused.has(key)).length;
}
