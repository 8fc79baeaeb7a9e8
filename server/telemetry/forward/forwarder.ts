import { setTimeout as wait } from "node:timers/promises";
import { PharosError } from "#core/errors.ts";
import { Backoff } from "#node/backoff.ts";
import type { Metric } from "#node/prometheus-text.ts";
import type { Collector, ForwardedSignal } from "#server/telemetry/forward/collector.ts";
import { encodeLogs, encodeSpans, FORWARDED } from "#server/telemetry/forward/encode-rows.ts";
import type { LogRow } from "#server/telemetry/ports/log-row.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";

export interface ForwarderOptions {
  readonly collector: Collector;
  /** What an operator should know; called seldom. */
  readonly warn: (message: string) => void;
  /** Of all signals together, as long as the collector is away. */
  readonly rowsMax?: number;
  readonly charsMax?: number;
  readonly backoff?: { readonly firstMs: number; readonly maxMs: number };
}

const ROWS_MAX = 100_000;
const CHARS_MAX = 64 * 1024 * 1024;
/** Of one request: collectors take 4 MiB over gRPC. */
const REQUEST_ROWS = 2000;
const REQUEST_CHARS = 2 * 1024 * 1024;
/** Rows of a while go together. */
const GATHER_MS = 500;
const BACKOFF = { firstMs: 1000, maxMs: 30_000 };
/** Whatever it asks for; a timer of more than 24 days would not wait at all. */
const AGAIN_MS_MAX = 5 * 60_000;
/** What is left is sent for so long as the server stops. */
const LAST_MS = 2000;

type Queue<T> = { readonly rows: T[]; chars: number };
type Why = "no room" | "refused";

/**
 * Hands what is stored on to a collector. Nobody waits for it: what comes is held, bounded, sent in the order in which it came and again
 * while the collector is away; what finds no room, or is refused, is dropped, counted and told.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #spans: Queue<SpanRow> = { rows: [], chars: 0 };
  readonly #logs: Queue<LogRow> = { rows: [], chars: 0 };
  readonly #sent: Record<ForwardedSignal, number> = { traces: 0, logs: 0 };
  readonly #dropped: Record<ForwardedSignal, Record<Why, number>> = {
    traces: { "no room": 0, refused: 0 },
    logs: { "no room": 0, refused: 0 },
  };
  readonly #stop = new AbortController();
  #failures = 0;
  #isFull = false;
  #isAway = false;
  #running: Promise<void> | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Takes what was stored; throws nothing and waits for nothing. */
  add({ spans, logs }: Pick<TelemetryBatch, "spans" | "logs">): void {
    this.#hold("traces", this.#spans, spans);
    this.#hold("logs", this.#logs, logs);
    if (this.#spans.rows.length + this.#logs.rows.length > 0) this.#running ??= this.#run();
  }

  metrics(): readonly Metric[] {
    const signals = ["traces", "logs"] as const;
    const held = { traces: this.#spans.rows.length, logs: this.#logs.rows.length };
    return [
      {
        name: "pharos_otlp_export_sent_total",
        help: "Spans and log records that the collector took.",
        type: "counter",
        values: signals.map((signal) => ({ labels: { signal }, value: this.#sent[signal] })),
      },
      {
        name: "pharos_otlp_export_dropped_total",
        help: "Spans and log records that were not handed on: no room while the collector was away, or refused by it.",
        type: "counter",
        values: signals.flatMap((signal) =>
          Object.entries(this.#dropped[signal]).map(([reason, value]) => ({ labels: { signal, reason }, value })),
        ),
      },
      {
        name: "pharos_otlp_export_failures_total",
        help: "Requests to the collector that failed and are tried again.",
        type: "counter",
        values: [{ value: this.#failures }],
      },
      {
        name: "pharos_otlp_export_queued",
        help: "Spans and log records that wait for the collector.",
        type: "gauge",
        values: signals.map((signal) => ({ labels: { signal }, value: held[signal] })),
      },
    ];
  }

  async close(): Promise<void> {
    if (this.#running !== undefined) await Promise.race([this.#running, wait(LAST_MS)]);
    this.#stop.abort();
    await this.#running;
    this.#options.collector.close();
  }

  #hold<T extends SpanRow | LogRow>(signal: ForwardedSignal, queue: Queue<T>, rows: readonly T[]): void {
    const { rowsMax = ROWS_MAX, charsMax = CHARS_MAX, warn } = this.#options;
    for (const row of rows) {
      if (row.resource.includes(`"${FORWARDED}"`)) continue;
      const held = this.#spans.rows.length + this.#logs.rows.length;
      const chars = charsOf(row);
      if (held >= rowsMax || this.#spans.chars + this.#logs.chars + chars > charsMax) {
        this.#dropped[signal]["no room"] += 1;
        if (!this.#isFull)
          warn("the collector is too slow or away: what it should have had is dropped until there is room");
        this.#isFull = true;
        continue;
      }
      queue.rows.push(row);
      queue.chars += chars;
    }
  }

  async #run(): Promise<void> {
    const { backoff: times = BACKOFF } = this.#options;
    const backoff = new Backoff(times);
    try {
      await this.#pause(GATHER_MS);
      while (this.#spans.rows.length + this.#logs.rows.length > 0 && !this.#stop.signal.aborted) {
        const waitMs =
          (await this.#sendNext("traces", this.#spans, encodeSpans)) ??
          (await this.#sendNext("logs", this.#logs, encodeLogs));
        if (waitMs === undefined) {
          backoff.reset();
        } else await this.#pause(Math.max(Math.min(waitMs, AGAIN_MS_MAX), backoff.next()));
      }
      // Where it is too slow there is room for a moment with each request.
      this.#isFull = false;
    } finally {
      this.#running = undefined;
    }
  }

  /** Answers how long to wait where it has to be sent again; undefined where the first rows are gone, or there are none. */
  async #sendNext<T extends SpanRow | LogRow>(
    signal: ForwardedSignal,
    queue: Queue<T>,
    encode: (rows: readonly T[]) => Uint8Array,
  ): Promise<number | undefined> {
    const { collector, warn } = this.#options;
    const rows = firstOf(queue.rows);
    if (rows.length === 0) return undefined;
    try {
      const answer = await collector.send(signal, encode(rows));
      const rejected = Math.min(Math.max(answer.rejected, 0), rows.length);
      this.#sent[signal] += rows.length - rejected;
      if (rejected > 0) this.#refused(signal, rejected, answer.why);
      if (this.#isAway) warn("the collector takes telemetry again");
      this.#isAway = false;
    } catch (error) {
      const known = PharosError.from(error);
      if (isPassing(known)) {
        this.#failures += 1;
        if (!this.#isAway) warn(`telemetry waits for its collector: ${known.message}`);
        this.#isAway = true;
        return known.details.retryAfterMs ?? 0;
      }
      this.#refused(signal, rows.length, known.message);
    }
    queue.rows.splice(0, rows.length);
    for (const row of rows) queue.chars -= charsOf(row);
    return undefined;
  }

  #refused(signal: ForwardedSignal, count: number, why: string): void {
    if (this.#dropped[signal].refused === 0)
      this.#options.warn(`the collector refuses ${count} of ${signal}: ${why.slice(0, 500)}`);
    this.#dropped[signal].refused += count;
  }

  async #pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

function isPassing({ code }: PharosError): boolean {
  return code === "unavailable" || code === "exhausted" || code === "timeout";
}

function firstOf<T extends SpanRow | LogRow>(rows: readonly T[]): readonly T[] {
  let chars = 0;
  let count = 0;
  for (const row of rows) {
    chars += charsOf(row);
    if (count > 0 && (chars > REQUEST_CHARS || count >= REQUEST_ROWS)) break;
    count += 1;
  }
  return rows.slice(0, count);
}

/** Resources are one text for many rows, and are counted with each all the same: requests repeat few of them. */
function charsOf(row: SpanRow | LogRow): number {
  const own = "body" in row ? row.body.length : row.events.length + row.links.length + row.name.length;
  return row.attributes.length + row.resource.length + own;
}
