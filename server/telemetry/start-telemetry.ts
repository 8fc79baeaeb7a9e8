import type { Refused } from "#core/limits/limit-book.ts";
import type { StorageView } from "#core/view/storage.ts";
import { repeatWork } from "#node/repeat-work.ts";
import { LabelBook } from "#server/telemetry/ingest/label-book.ts";
import { SampleIngest } from "#server/telemetry/ingest/sample-ingest.ts";
import { TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";
import { LiveRetention } from "#server/telemetry/live-retention.ts";
import { DEFAULT_RETENTION, type Retention } from "#server/telemetry/ports/retention.ts";
import type { SpanReader } from "#server/telemetry/ports/span-reader.ts";
import type { HeldState, TelemetryBatch, TelemetrySink } from "#server/telemetry/ports/telemetry-sink.ts";
import type { StoreOptions, TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";
import type { TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { describeStorage } from "#server/telemetry/query/describe-storage.ts";
import { StandardMetrics } from "#server/telemetry/query/standard-metrics.ts";
import { TelemetryQueries, type TelemetryReaders } from "#server/telemetry/query/telemetry-queries.ts";
import { TelemetryUpkeep } from "#server/telemetry/query/telemetry-upkeep.ts";
import { SetAsideBook } from "#server/telemetry/set-aside-book.ts";

export interface TelemetryOptions {
  readonly openStore: (options: StoreOptions) => Promise<TelemetryStore>;
  /** Where graph, charts and figures read traffic, in place of the store. */
  readonly traffic?: TrafficReader;
  /** Where traces are read, in place of the store. */
  readonly spans?: SpanReader;
  readonly now?: () => number;
  readonly retention?: Partial<Retention>;
  /** What an operator should know: a damaged file was moved aside, maintenance failed. */
  readonly warn?: (message: string) => void;
  /** Told what a damaged store lost. */
  readonly onLoss?: (reason: string) => void;
  /** Told of reporters with more labels or reports than they may have. */
  readonly onLimit?: (refused: Refused) => void;
  /** Told of spans and logs once they are stored. */
  readonly forward?: (batch: Pick<TelemetryBatch, "spans" | "logs">) => void;
  /** Between runs of `maintain`; 0 for never. */
  readonly maintainEveryMs?: number;
}

/** All that is measured: how it comes in, how it is asked for, and Istio's metrics since the start. */
export interface RunningTelemetry {
  readonly ingest: TelemetryIngest;
  /** Others' series. */
  readonly samples: SampleIngest;
  readonly queries: TelemetryQueries;
  readonly metrics: StandardMetrics;
  /** What it takes, and how long it is kept. */
  storage(): Promise<Omit<StorageView, "retention">>;
  /** What is wrong with the store, as far as that is known without asking it. */
  health(): Pick<StorageView, "setAside" | "segments">;
  /** What is stored, by its ports, for whoever asks in a language of their own. */
  readonly readers: Pick<TelemetryStore, "traffic" | "samples" | "requests">;
  readonly retention: LiveRetention;
  /** Told of each window that is stored from now on. */
  onWindow(follow: (window: TrafficWindow) => void): void;
  /** Up to when all reports have come in. */
  settledMs(): number;
  /** A copy of all that is stored, in another directory. */
  copyTo(dir: string): Promise<void>;
  /** Rolls up, applies retention and the bound on size. Runs by itself every few seconds. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

const MAINTAIN_EVERY_MS = 15_000;
/** From the end of a request until its line is read, folded, sent and stored, beside the wait between two reports. */
const REPORT_TAKES_MS = 1500;

/** Opens a store and puts above its ports what does not depend on it. */
export async function startTelemetry(options: TelemetryOptions): Promise<RunningTelemetry> {
  const { now = Date.now, warn = () => undefined, onLoss = () => undefined, onLimit = () => undefined } = options;
  const retention = new LiveRetention({ ...DEFAULT_RETENTION, ...options.retention });
  const labels = new LabelBook();
  const followers: ((window: TrafficWindow) => void)[] = [];
  const metrics = new StandardMetrics({
    now,
    onFolded: (party) => onLimit({ limit: "metric series", party, count: 1 }),
  });
  const setAside = new SetAsideBook(now, warn);
  // The store tells what it holds as it is opened, before there is anything that it could be told to.
  let held: HeldState = { reached: [], keys: [] };
  let ingest: TelemetryIngest | undefined;
  const store = await options.openStore({
    now,
    retention,
    warn,
    onLoss,
    onSetAside: (aside) => setAside.note(aside),
    onOpen: (state) => {
      held = state;
      ingest?.load(state);
    },
  });
  const { forward } = options;
  const sink: TelemetrySink =
    forward === undefined
      ? store.sink
      : {
          async store(batch) {
            await store.sink.store(batch);
            forward(batch);
          },
        };
  ingest = new TelemetryIngest({
    sink,
    labels,
    now,
    onLimit,
    onStored: (windows) => {
      for (const window of windows) {
        metrics.add(window);
        for (const follow of followers) follow(window);
      }
    },
  });
  ingest.load(held);
  const taken = ingest;
  const samples = new SampleIngest({ sink: store.samples, now, retention, onLimit });
  samples.load(store.samples.series());
  const upkeep = new TelemetryUpkeep({
    store: store.upkeep,
    now,
    retention,
    onRun: () => {
      metrics.dropIdle();
      samples.dropIdle();
    },
    onDropped: (keys) => metrics.drop(labels.drop(keys)),
  });
  const everyMs = options.maintainEveryMs ?? MAINTAIN_EVERY_MS;
  const timer =
    everyMs === 0
      ? undefined
      : repeatWork(
          everyMs,
          () => upkeep.run(),
          (failure) => warn(`telemetry maintenance: ${failure}`),
        );
  return {
    ingest,
    samples,
    readers: store,
    retention,
    onWindow: (follow) => void followers.push(follow),
    settledMs: () => now() - taken.reportIntervalMs - REPORT_TAKES_MS,
    queries: new TelemetryQueries(readersOf(store, options), now, () => taken.reportIntervalMs + REPORT_TAKES_MS),
    metrics,
    storage: async () => ({ ...(await describeStorage(store, retention, now())), setAside: setAside.view }),
    health: () => ({ setAside: setAside.view, segments: store.upkeep.segments() }),
    copyTo: (dir) => store.upkeep.copyTo(dir),
    maintain: () => upkeep.run(),
    async close() {
      clearInterval(timer);
      await upkeep.settled();
      await store.close();
    },
  };
}

/** What is asked for: requests and logs are the store's, whoever has measured the traffic and keeps the traces. */
function readersOf(
  store: TelemetryStore,
  { traffic = store.traffic, spans = store.spans }: Pick<TelemetryOptions, "traffic" | "spans">,
): TelemetryReaders {
  const { requests, logs, gaps } = store;
  return { traffic, requests, spans, logs, gaps };
}
