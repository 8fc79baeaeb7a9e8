import { join } from "node:path";
import { LimitBook } from "#core/limits/limit-book.ts";
import type { Logger } from "#node/log.ts";
import type { Metric } from "#node/prometheus-text.ts";
import { type Audit, createAudit } from "#server/audit/audit.ts";
import { RetentionSetting, readRetention } from "#server/compose/retention-setting.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import type { ServerOptions } from "#server/server-options.ts";
import { openCollector } from "#server/telemetry/forward/collector.ts";
import { Forwarder } from "#server/telemetry/forward/forwarder.ts";
import { storeMetrics } from "#server/telemetry/query/store-metrics.ts";
import { type RunningTelemetry, startTelemetry } from "#server/telemetry/start-telemetry.ts";
import { openClickhouseStore } from "#server/telemetry/stores/clickhouse/clickhouse-store.ts";
import { openDuckdbStore } from "#server/telemetry/stores/duckdb/duckdb-store.ts";
import { JaegerClient } from "#server/telemetry/stores/jaeger/jaeger-client.ts";
import { JaegerSpans } from "#server/telemetry/stores/jaeger/jaeger-spans.ts";
import { openTrafficSource } from "#server/telemetry/stores/prometheus/traffic-source.ts";

const LIMITS_TOLD_EVERY_MS = 60_000;

/** What is kept on disk, and the two books in which refusals and losses are written down. */
export interface Stores {
  readonly db: OpenDatabase["db"];
  readonly telemetry: RunningTelemetry;
  readonly retention: RetentionSetting;
  readonly audit: Audit;
  readonly limits: LimitBook;
  /** Of what is handed on to a collector, and what is wrong with the telemetry store. */
  metrics(): readonly Metric[];
  close(): Promise<void>;
}

/** `root` is where this product lies, with its migrations. */
export async function makeStores(
  root: string,
  {
    dir,
    retention,
    otlpExport,
    trafficSource,
    traceSource,
    clickhouse,
  }: Pick<ServerOptions, "dir" | "retention" | "otlpExport" | "trafficSource" | "traceSource" | "clickhouse">,
  log: Logger,
): Promise<Stores> {
  const database = await openDatabase(join(dir, "pharos.db"), {
    migrations: join(root, "prisma/migrations"),
    warn: (message) => log.warn(message),
  });
  const { db } = database;
  const audit = createAudit(db, log);
  const noteLoss = (store: string, reason: string): void =>
    audit.write({
      actor: "pharos serve",
      action: "store.lost",
      resource: store,
      outcome: "failed",
      reason,
      from: "",
    });
  if (database.lost !== undefined) {
    log.error(database.lost);
    noteLoss("pharos.db", database.lost);
  }
  const limits = new LimitBook({
    now: Date.now,
    tell: ({ limit, party, count }) =>
      audit.write({
        actor: party,
        action: "limits.refuse",
        resource: limit,
        outcome: "refused",
        reason: `${count} more than may be of ${limit}`,
        from: "",
      }),
  });
  const forwarder =
    otlpExport === undefined
      ? undefined
      : new Forwarder({ collector: openCollector(otlpExport), warn: (message) => log.warn(message) });
  const warn = (message: string): void => log.warn(message);
  const source = trafficSource === undefined ? undefined : openTrafficSource(trafficSource, { now: Date.now, warn });
  const kept = retention ?? (await readRetention(db, warn));
  const telemetry = await startTelemetry({
    ...(source === undefined ? {} : { traffic: source.traffic }),
    ...(traceSource === undefined
      ? {}
      : { spans: new JaegerSpans({ client: new JaegerClient(traceSource), now: Date.now }) }),
    ...(forwarder === undefined ? {} : { forward: (batch) => forwarder.add(batch) }),
    openStore: (options) =>
      clickhouse === undefined
        ? openDuckdbStore({ ...options, path: join(dir, "telemetry.duckdb") })
        : openClickhouseStore({ ...options, address: clickhouse }),
    ...(kept === undefined ? {} : { retention: kept }),
    warn,
    onLoss: (reason) => noteLoss("telemetry.duckdb", reason),
    onLimit: (refused) => limits.add(refused),
  });
  const summary = setInterval(() => limits.summarize(), LIMITS_TOLD_EVERY_MS);
  return {
    db,
    telemetry,
    retention: new RetentionSetting(db, telemetry, retention !== undefined),
    audit,
    limits,
    metrics: () => [...(forwarder?.metrics() ?? []), ...storeMetrics(telemetry.health())],
    async close() {
      clearInterval(summary);
      source?.close();
      await forwarder?.close();
      await telemetry.close();
      await audit.close();
      await database.close();
    },
  };
}
