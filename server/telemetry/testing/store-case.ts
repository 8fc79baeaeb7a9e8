import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";
import { DEFAULT_RETENTION } from "#server/telemetry/ports/retention.ts";
import type { HeldState } from "#server/telemetry/ports/telemetry-sink.ts";
import type { StoreOptions, TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";
import type { TelemetryQueries } from "#server/telemetry/query/telemetry-queries.ts";
import { type RunningTelemetry, startTelemetry } from "#server/telemetry/start-telemetry.ts";
import { reporterOf, type Traffic } from "#server/telemetry/testing/reports.ts";

/** Opens a store that keeps what it holds in `dir` when it is closed and opened again. */
export type OpenStore = (dir: string, options: StoreOptions) => Promise<TelemetryStore>;

/** 2026-03-01, at the start of ten minutes. */
export const START = Math.floor(Date.UTC(2026, 2, 1, 12) / 600_000) * 600_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const PRODUCTPAGE = reporterOf("productpage-v1");
export const REVIEWS = reporterOf("reviews-v1");
export const REVIEWS_HOST = "reviews.default.svc.cluster.local";

export const toReviews = (atMs: number, count: number, more: Partial<Traffic> = {}): Traffic => ({
  side: "source",
  from: "productpage-v1",
  to: "reviews-v1",
  atMs,
  count,
  ...more,
});

/** An empty store for each test, half a minute after START. */
export class StoreCase {
  readonly #open: OpenStore;
  #dir = "";
  #telemetry: RunningTelemetry | undefined;
  #store: TelemetryStore | undefined;
  now = 0;
  /** What the store last said that it holds. */
  held: HeldState = { reached: [], keys: [] };

  constructor(open: OpenStore) {
    this.#open = open;
  }

  async begin(): Promise<void> {
    this.#dir = mkdtempSync(join(tmpdir(), "pharos-telemetry-"));
    // Reports of the windows before START + 30 s have all come by then.
    this.now = START + 33_000;
    await this.#start();
  }

  async end(): Promise<void> {
    await this.running.close();
    rmSync(this.#dir, { recursive: true });
  }

  async reopen(): Promise<void> {
    await this.running.close();
    await this.#start();
  }

  get running(): RunningTelemetry {
    if (this.#telemetry === undefined) throw new Error("no store is open");
    return this.#telemetry;
  }

  /** The store by its ports. */
  get store(): TelemetryStore {
    if (this.#store === undefined) throw new Error("no store is open");
    return this.#store;
  }

  get queries(): TelemetryQueries {
    return this.running.queries;
  }

  take(...report: Parameters<TelemetryIngest["takeReport"]>): ReturnType<TelemetryIngest["takeReport"]> {
    return this.running.ingest.takeReport(...report);
  }

  takeSpans(...spans: Parameters<TelemetryIngest["takeSpans"]>): ReturnType<TelemetryIngest["takeSpans"]> {
    return this.running.ingest.takeSpans(...spans);
  }

  takeLogs(...logs: Parameters<TelemetryIngest["takeLogs"]>): ReturnType<TelemetryIngest["takeLogs"]> {
    return this.running.ingest.takeLogs(...logs);
  }

  /** What callers counted. */
  async totalOf(startMs: number, endMs: number): Promise<number> {
    return (await this.queries.totals({ reporter: "source", startMs, endMs })).total;
  }

  /** Another store, in a directory of its own; `held` is then what that one says. */
  openAt(dir: string): Promise<TelemetryStore> {
    return this.#open(dir, {
      now: () => this.now,
      retention: DEFAULT_RETENTION,
      warn: () => undefined,
      onLoss: () => undefined,
      onSetAside: () => undefined,
      onOpen: (held) => {
        this.held = held;
      },
    });
  }

  async #start(): Promise<void> {
    this.#telemetry = await startTelemetry({
      now: () => this.now,
      maintainEveryMs: 0,
      retention: DEFAULT_RETENTION,
      openStore: async (options) => {
        this.#store = await this.#open(this.#dir, {
          ...options,
          onOpen: (held) => {
            this.held = held;
            options.onOpen(held);
          },
        });
        return this.#store;
      },
    });
  }
}

export function storeCase(open: OpenStore): StoreCase {
  const at = new StoreCase(open);
  beforeEach(() => at.begin());
  afterEach(() => at.end());
  return at;
}
