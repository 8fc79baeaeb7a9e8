import { setTimeout as delay } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import { isOfRows } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";

/** So long is not asked again whether it can be written to. */
const AWAY_MS = 1000;

interface Waiting {
  readonly batch: TelemetryBatch;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Stores what waits as one batch, and the next no sooner than `everyMs` after the last: ClickHouse makes a part of each insert, and merges them
 * behind. Who waits is bounded above: agents and accounts have so many reports under way. Where several together hold one that cannot be stored,
 * each is tried alone; where the server cannot be written to, who comes within the next seconds is told so at once.
 */
export class Gather {
  readonly #everyMs: number;
  readonly #store: (batch: TelemetryBatch) => Promise<void>;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #begunAt = Number.NEGATIVE_INFINITY;
  #away: { readonly error: PharosError; readonly untilMs: number } | undefined;

  constructor(everyMs: number, store: (batch: TelemetryBatch) => Promise<void>) {
    this.#everyMs = everyMs;
    this.#store = store;
  }

  /** In the order of calls. */
  add(batch: TelemetryBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const restMs = this.#begunAt + this.#everyMs - performance.now();
      if (restMs > 0) await delay(restMs);
      this.#begunAt = performance.now();
      const together = this.#waiting;
      this.#waiting = [];
      await this.#storeTogether(together);
    }
    // At once, with nothing in between: what is added from now on begins anew.
    this.#draining = undefined;
  }

  async #storeTogether(together: readonly Waiting[]): Promise<void> {
    try {
      if (this.#away !== undefined && performance.now() < this.#away.untilMs) throw this.#away.error;
      this.#away = undefined;
      await this.#store(joined(together.map(({ batch }) => batch)));
      for (const { resolve } of together) resolve();
    } catch (error) {
      const isAway = error instanceof PharosError && !isOfRows(error);
      if (isAway && this.#away?.error !== error) this.#away = { error, untilMs: performance.now() + AWAY_MS };
      if (together.length === 1 || isAway) for (const { reject } of together) reject(error);
      else for (const each of together) await this.#storeTogether([each]);
    }
  }
}

function joined(batches: readonly TelemetryBatch[]): TelemetryBatch {
  return {
    reports: batches.flatMap(({ reports }) => reports),
    windows: batches.flatMap(({ windows }) => windows),
    requests: batches.flatMap(({ requests }) => requests),
    spans: batches.flatMap(({ spans }) => spans),
    logs: batches.flatMap(({ logs }) => logs),
    gaps: batches.flatMap(({ gaps }) => gaps),
  };
}
