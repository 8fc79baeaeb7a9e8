import { readdirSync, rmSync } from "node:fs";
import { lastDraw } from "#core/rate-limit/journal-entries.ts";
import type { Draw } from "#core/rate-limit/lease-message.ts";
import { journalFile, readJournal, writeJournal } from "#mesh-agent/limits/limit-journal.ts";
import type { Logger } from "#node/log.ts";
import { encodeDraws } from "#proto/lease-codec.ts";

const PATH = "/pharos.agent.v1.AgentService/DrawUnits";
const TIMEOUT_MS = 5000;
const AGAIN_MS = 1000;
const DRAWS_MAX = 1000;
const NAME = /^([\da-f-]{36})\.log$/;

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
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: FormerRunsOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#tellAll();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Runs of which it is not known that the owner knows. */
  get pending(): readonly string[] {
    const { dir, run } = this.#options;
    try {
      return readdirSync(dir).flatMap((name) => {
        const found = NAME.exec(name)?.[1];
        return found === undefined || found === run ? [] : [found];
      });
    } catch {
      return [];
    }
  }

  async #tellAll(): Promise<void> {
    try {
      for (const run of this.pending) await this.#tell(run);
    } catch {
      // The control plane is away, or does not know this instance yet.
      if (!this.#isClosed)
        this.#timer = setTimeout(() => void this.#tellAll(), this.#options.againMs ?? AGAIN_MS).unref();
    }
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
    for (let at = 0; at < draws.length; at += DRAWS_MAX) {
      const message = encodeDraws({ instance, run, isFormer: true, draws: draws.slice(at, at + DRAWS_MAX) });
      await call(PATH, message, TIMEOUT_MS);
    }
  }
}
