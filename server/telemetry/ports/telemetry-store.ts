import type { GapReader } from "#server/telemetry/ports/gap-row.ts";
import type { LogReader } from "#server/telemetry/ports/log-reader.ts";
import type { RequestReader } from "#server/telemetry/ports/request-reader.ts";
import type { Retention } from "#server/telemetry/ports/retention.ts";
import type { SampleReader } from "#server/telemetry/ports/sample-reader.ts";
import type { SampleSink } from "#server/telemetry/ports/sample-sink.ts";
import type { SetAside } from "#server/telemetry/ports/set-aside.ts";
import type { SpanReader } from "#server/telemetry/ports/span-reader.ts";
import type { StoreUpkeep } from "#server/telemetry/ports/store-upkeep.ts";
import type { HeldState, TelemetrySink } from "#server/telemetry/ports/telemetry-sink.ts";
import type { TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";

/** One place in which telemetry is kept, by its ports: rows go in, and rows come out. What they mean is known above. */
export interface TelemetryStore {
  readonly sink: TelemetrySink;
  readonly traffic: TrafficReader;
  readonly requests: RequestReader;
  readonly spans: SpanReader;
  readonly logs: LogReader;
  readonly gaps: GapReader;
  /** Others' series. */
  readonly samples: SampleSink & SampleReader;
  readonly upkeep: StoreUpkeep;
  /** After what is being stored. */
  close(): Promise<void>;
}

/** What a store is given to open. */
export interface StoreOptions {
  readonly now: () => number;
  readonly retention: Retention;
  /** What an operator should know: a damaged file was moved aside. */
  readonly warn: (message: string) => void;
  /** Told what a damaged store lost. */
  readonly onLoss: (reason: string) => void;
  /** Told of rows that are not stored and will not be, once the rest is. */
  readonly onSetAside: (aside: SetAside) => void;
  /** Before anything can be stored. */
  readonly onOpen: (held: HeldState) => void;
}
