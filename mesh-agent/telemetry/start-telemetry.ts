import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LastingStream } from "#core/telemetry/lasting-stream.ts";
import { AdminClient } from "#mesh-agent/envoy/admin-client.ts";
import type { SendReport } from "#mesh-agent/telemetry/deliver-reports.ts";
import { labelInstance, type TelemetryInstance } from "#mesh-agent/telemetry/instance.ts";
import { Outbox } from "#mesh-agent/telemetry/outbox.ts";
import { readCounters } from "#mesh-agent/telemetry/read-counters.ts";
import { SpanReceiver } from "#mesh-agent/telemetry/receive-spans.ts";
import { ReportLoop } from "#mesh-agent/telemetry/report-loop.ts";
import type { Taps, TelemetryStats } from "#mesh-agent/telemetry/report-loop-options.ts";
import type { Logger } from "#node/log.ts";

export interface TelemetryOptions {
  /** Holds `telemetry.db`. */
  readonly dir: string;
  readonly accessLogPath: string;
  /** As it is now: labels may change with the WorkloadGroup. */
  readonly instance: () => TelemetryInstance;
  readonly report: SendReport;
  /** Where Envoy posts its spans. */
  readonly spansSocketPath: string;
  readonly envoyAdminSocket: string;
  /** When Envoy was started, ms since the epoch, where the system tells. */
  readonly envoyStartedMs?: () => number | undefined;
  /** Has Envoy open its log files anew. */
  readonly reopenLogs: () => Promise<void>;
  readonly log: Logger;
  /** Told with every answer what the control plane's clock says. */
  readonly onServerTime: (serverTimeMs: number, sentAtMs: number) => void;
  /** Hears how far requests have come that last, of which limits count bytes. */
  readonly onLasting?: (streams: readonly LastingStream[]) => void;
  /** Whether it minds now. */
  readonly isHeard?: () => boolean;
  /** Size at which the access log is rotated. */
  readonly rotateBytes?: number;
  /** Who looks at requests as they are folded. */
  readonly taps?: Taps;
}

export interface Telemetry {
  stats(): TelemetryStats;
  /** Why what is seen is not stored; undefined when it is. */
  readonly problem: string | undefined;
  /** Call when Envoy has been stopped: reads its log to the end and hands over what it can within `timeoutMs`. */
  stop(timeoutMs?: number): Promise<void>;
}

/**
 * Reads the access log as Envoy writes it, and hands over what it folds. Every line is counted once, whoever is killed
 * when: the place in the log and what was made of it are stored together, and wait until the control plane has them.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { dir, log } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const hasHistory = existsSync(options.accessLogPath) && statSync(options.accessLogPath).size > 0;
  const outbox = Outbox.open(join(dir, "telemetry.db"), { hasHistory });
  if (outbox.hasLostState)
    log.error("the telemetry store was damaged or gone; what was not yet reported is lost", { dir });
  if (outbox.isInMemory) log.error("no room for the telemetry store: reports wait in memory", { dir });
  const spans = new SpanReceiver(() => labelInstance(options.instance()));
  await spans.listen(options.spansSocketPath);
  const admin = new AdminClient(options.envoyAdminSocket);
  const loop = new ReportLoop({
    ...options,
    onLasting: options.onLasting ?? (() => undefined),
    isHeard: options.isHeard ?? (() => false),
    outbox,
    spans,
    readCounters: () => readCounters(admin, Date.now, options.envoyStartedMs),
  });
  loop.start();
  return {
    stats: () => loop.stats(),
    get problem() {
      return loop.problem;
    },
    async stop(timeoutMs = 3000) {
      await loop.stop(timeoutMs);
      await spans.close();
      outbox.close();
    },
  };
}
