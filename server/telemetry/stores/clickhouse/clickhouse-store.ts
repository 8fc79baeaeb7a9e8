import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import type { StoreOptions, TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";
import type { ClickhouseAddress } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import { ClickhouseDatabase, type OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { ClickhouseSamples } from "#server/telemetry/stores/clickhouse/clickhouse-samples.ts";
import { ClickhouseTraffic } from "#server/telemetry/stores/clickhouse/clickhouse-traffic.ts";
import { dropOld } from "#server/telemetry/stores/clickhouse/drop-old.ts";
import { Gather } from "#server/telemetry/stores/clickhouse/gather.ts";
import { readGaps } from "#server/telemetry/stores/clickhouse/read-gaps.ts";
import { readLogs } from "#server/telemetry/stores/clickhouse/read-logs.ts";
import {
  countFacets,
  countSlots,
  readRequests,
  readShapes,
} from "#server/telemetry/stores/clickhouse/read-requests.ts";
import {
  readAttributeNames,
  readOperations,
  readServices,
  readValues,
} from "#server/telemetry/stores/clickhouse/read-span-names.ts";
import { readTrace, readTraces, searchSpans, searchTraceIds } from "#server/telemetry/stores/clickhouse/read-spans.ts";
import { readTables, usedBytes } from "#server/telemetry/stores/clickhouse/read-tables.ts";
import { rollUp } from "#server/telemetry/stores/clickhouse/roll-up.ts";
import { storeBatch } from "#server/telemetry/stores/clickhouse/store-batch.ts";
import { rollTargets } from "#server/telemetry/stores/rolled.ts";
import { storeFitting } from "#server/telemetry/stores/store-fitting.ts";

export interface ClickhouseStoreOptions extends StoreOptions {
  readonly address: ClickhouseAddress;
  /** The least time between two batches. */
  readonly batchEveryMs?: number;
  /** How long a server that does not answer is waited for, as this one starts and ends. */
  readonly patienceMs?: number;
}

/** A server that does not answer is waited for so long, as this one starts and as it ends. */
const PATIENCE_MS = 10_000;
/** At most two parts a second of each table: ClickHouse merges them behind. */
const BATCH_EVERY_MS = 500;

/** Telemetry in a database of a ClickHouse server. It need not be there yet: what is asked until then is refused with why. */
export async function openClickhouseStore(options: ClickhouseStoreOptions): Promise<TelemetryStore> {
  const { address, now, retention, warn, onSetAside } = options;
  const { batchEveryMs = BATCH_EVERY_MS, patienceMs = PATIENCE_MS } = options;
  const database = new ClickhouseDatabase(address, options);
  const opening = database.open().catch((error: unknown) => warn(`telemetry cannot be stored yet: ${String(error)}`));
  await within(patienceMs, opening, () =>
    warn(`telemetry cannot be stored yet: ClickHouse at ${address.url} has not answered for ${patienceMs} ms`),
  );
  const store = async (batch: TelemetryBatch): Promise<void> => {
    const { writer, beside } = await database.openToWrite();
    await writer.run(
      (write) => storeBatch(write, batch, beside),
      (numbering) => {
        numbering.keep();
        for (const { startMs } of batch.windows) beside.firstMs = Math.min(beside.firstMs, startMs);
      },
    );
  };
  const gather = new Gather(batchEveryMs, store);
  const ask = async <Answer>(question: (opened: OpenedDatabase) => Promise<Answer>): Promise<Answer> =>
    question(await database.open());
  return {
    sink: { store: (batch) => storeFitting(batch, (each) => gather.add(each), onSetAside) },
    traffic: new ClickhouseTraffic({ database, retention, now }),
    requests: {
      list: (search) => ask((opened) => readRequests(opened, search)),
      facets: (...asked) => ask((opened) => countFacets(opened, ...asked)),
      histogram: (...asked) => ask((opened) => countSlots(opened, ...asked)),
      shapes: (search) => ask((opened) => readShapes(opened, search)),
    },
    spans: {
      traceIds: (search) => ask((opened) => searchTraceIds(opened, search)),
      search: (search) => ask((opened) => searchSpans(opened, search)),
      spansOf: (traceId) => ask((opened) => readTrace(opened, traceId)),
      spansOfEach: (traceIds) => ask((opened) => readTraces(opened, traceIds)),
      services: (fromMs) => ask((opened) => readServices(opened, fromMs)),
      operations: (service, fromMs) => ask((opened) => readOperations(opened, service, fromMs)),
      attributeNames: (scope, fromMs) => ask((opened) => readAttributeNames(opened, scope, fromMs)),
      values: (field, fromMs) => ask((opened) => readValues(opened, field, fromMs)),
    },
    logs: { logs: (search) => ask((opened) => readLogs(opened, search)) },
    gaps: { gaps: (...asked) => ask((opened) => readGaps(opened, ...asked)) },
    samples: new ClickhouseSamples(database),
    upkeep: {
      async rollUp(nowMs) {
        const { writer, beside } = await database.open();
        if (rollTargets(nowMs)["1m"] <= beside.rolled["1m"]) return;
        await writer.run(
          (write) => rollUp(write, beside.rolled, nowMs, beside.firstMs),
          (rolled) => {
            beside.rolled = rolled;
          },
        );
      },
      segments: () => null,
      usedBytes: () => ask(usedBytes),
      tables: (nowMs) => ask((opened) => readTables(opened, nowMs)),
      async dropOld(nowMs, shrink) {
        const opened = await database.open();
        return opened.writer.inTurn(async () => {
          const { keys, series } = await dropOld(opened, retention, nowMs, shrink);
          opened.beside.series.drop(series);
          return opened.beside.keys.drop(keys);
        });
      },
      // It is no file of this server's: its administrator copies it, and a backup says so.
      copyTo: (dir) =>
        writeFile(
          join(dir, "telemetry.clickhouse.txt"),
          `Telemetry is in the database ${address.database} of the ClickHouse at ${address.url}, and not in this backup.\n`,
        ),
      compact: () => Promise.resolve(),
    },
    async close() {
      const closing = gather.settled().then(() => database.close());
      // What is not acknowledged by then its senders keep, and send to whoever is there next.
      await within(patienceMs, closing, () => database.leave());
      await closing;
    },
  };
}

/** Where it takes longer, that is told, and it goes on. */
async function within(ms: number, work: Promise<unknown>, onLate: () => void): Promise<void> {
  const patience = new AbortController();
  const late = delay(ms, undefined, { signal: patience.signal }).then(onLate, () => undefined);
  await Promise.race([work, late]).finally(() => patience.abort());
}
