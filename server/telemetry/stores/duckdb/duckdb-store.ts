import { basename, join } from "node:path";
import { PharosError } from "#core/errors.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";
import type { StoreOptions, TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";
import { TIERS } from "#server/telemetry/ports/tiers.ts";
import { copyDatabase } from "#server/telemetry/stores/duckdb/copy-database.ts";
import { dropOld } from "#server/telemetry/stores/duckdb/drop-old.ts";
import { DuckdbFile } from "#server/telemetry/stores/duckdb/duckdb-file.ts";
import { DuckdbSamples } from "#server/telemetry/stores/duckdb/duckdb-samples.ts";
import { DuckdbTraffic } from "#server/telemetry/stores/duckdb/duckdb-traffic.ts";
import { loadState } from "#server/telemetry/stores/duckdb/load-state.ts";
import { noteLoss } from "#server/telemetry/stores/duckdb/note-loss.ts";
import type { OpenedDuckdb } from "#server/telemetry/stores/duckdb/open-duckdb.ts";
import { readGaps } from "#server/telemetry/stores/duckdb/read-gaps.ts";
import { readLogs } from "#server/telemetry/stores/duckdb/read-logs.ts";
import { countFacets, countSlots, readRequests, readShapes } from "#server/telemetry/stores/duckdb/read-requests.ts";
import {
  readAttributeNames,
  readOperations,
  readServices,
  readValues,
} from "#server/telemetry/stores/duckdb/read-span-names.ts";
import { readTrace, readTraces, searchSpans, searchTraceIds } from "#server/telemetry/stores/duckdb/read-spans.ts";
import { readTables } from "#server/telemetry/stores/duckdb/read-tables.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { rollUp } from "#server/telemetry/stores/duckdb/roll-up.ts";
import { SegmentKeeper } from "#server/telemetry/stores/duckdb/segments/segment-keeper.ts";
import { storeBatch } from "#server/telemetry/stores/duckdb/store-batch.ts";
import { NOTHING_STORED, TelemetryLedger } from "#server/telemetry/stores/duckdb/telemetry-ledger.ts";
import { WindowCache } from "#server/telemetry/stores/duckdb/window-cache.ts";
import { KeyNumbers } from "#server/telemetry/stores/key-numbers.ts";
import { COARSE_TIERS, type Rolled, rollTargets } from "#server/telemetry/stores/rolled.ts";
import { SeriesNumbers } from "#server/telemetry/stores/series-numbers.ts";
import { storeFitting } from "#server/telemetry/stores/store-fitting.ts";
import { ROLLED, WINDOWS } from "#server/telemetry/stores/tables.ts";

export interface DuckdbStoreOptions extends StoreOptions {
  readonly path: string;
}

/** What is kept in memory beside the file. */
export interface Beside {
  readonly keys: KeyNumbers;
  readonly series: SeriesNumbers;
  readonly windows: WindowCache;
  rolled: Rolled;
  /** Start of the oldest window. */
  firstMs: number;
}

/** Telemetry in one DuckDB file. */
export async function openDuckdbStore(options: DuckdbStoreOptions): Promise<TelemetryStore> {
  const { path, now, retention, warn } = options;
  const ledger = await TelemetryLedger.open(path, warn);
  let beside: Beside = {
    keys: new KeyNumbers(),
    series: new SeriesNumbers(),
    windows: new WindowCache(),
    rolled: rollTargets(now()),
    firstMs: Number.POSITIVE_INFINITY,
  };
  const segments = new SegmentKeeper({
    path,
    now,
    warn,
    onLoss: options.onLoss,
    ledger,
    numbers: () => beside,
    onBack({ table, fromMs, toMs }) {
      beside.firstMs = Math.min(beside.firstMs, fromMs);
      for (const { name } of TIERS) if (WINDOWS[name].name === table) beside.windows.dropped(name, toMs);
    },
  });
  /** Up to when retention has taken rows away. */
  let cutsMs: Readonly<Record<string, number>> = {};
  const load = async (opened: OpenedDuckdb): Promise<void> => {
    beside = await loadBeside(opened, options, ledger, segments);
  };
  let file: DuckdbFile;
  try {
    file = await DuckdbFile.open({ path, now, onOpen: load });
  } catch (error) {
    await ledger.close();
    throw error;
  }
  const store = async (batch: TelemetryBatch): Promise<void> => {
    await file.write(
      (transaction) => storeBatch(transaction, batch, beside, ledger, now()),
      ({ numbering, entry }) => {
        ledger.committed(entry);
        numbering.keep();
        for (const { startMs } of batch.windows) beside.firstMs = Math.min(beside.firstMs, startMs);
        beside.windows.changed(batch.windows.map(({ startMs }) => startMs));
        segments.touched(timesOf(batch));
      },
    );
    await ledger.sync();
  };
  return {
    sink: { store: (batch) => storeFitting(batch, store, options.onSetAside) },
    traffic: new DuckdbTraffic({ file, beside: () => beside, retention, now }),
    requests: {
      list: (search) => file.read((reader) => readRequests(reader, search)),
      facets: (...asked) => file.read((reader) => countFacets(reader, ...asked)),
      histogram: (...asked) => file.read((reader) => countSlots(reader, ...asked)),
      shapes: (search) => file.read((reader) => readShapes(reader, search)),
    },
    spans: {
      traceIds: (search) => file.read((reader) => searchTraceIds(reader, search)),
      search: (search) => file.read((reader) => searchSpans(reader, search)),
      spansOf: (traceId) => file.read((reader) => readTrace(reader, traceId)),
      spansOfEach: (traceIds) => file.read((reader) => readTraces(reader, traceIds)),
      services: (fromMs) => file.read((reader) => readServices(reader, fromMs)),
      operations: (service, fromMs) => file.read((reader) => readOperations(reader, service, fromMs)),
      attributeNames: (scope, fromMs) => file.read((reader) => readAttributeNames(reader, scope, fromMs)),
      values: (field, fromMs) => file.read((reader) => readValues(reader, field, fromMs)),
    },
    logs: { logs: (search) => file.read((reader) => readLogs(reader, search)) },
    gaps: { gaps: (...asked) => file.read((reader) => readGaps(reader, ...asked), "short") },
    samples: new DuckdbSamples({
      file,
      ledger,
      numbers: () => beside.series,
      now,
      onStored: (rows) => segments.touched(rows.map(({ atMs }) => atMs)),
    }),
    upkeep: {
      async rollUp(nowMs) {
        // What is read back of finer windows may be missing from coarser ones for ever.
        await segments.restore(file);
        if (segments.isBehind) await segments.seal(file, cutsMs);
        if (segments.isRestoring || rollTargets(nowMs)["1m"] <= beside.rolled["1m"]) return;
        // Before the next report is stored: it must know which tables its windows are late for.
        await file.write(
          async (transaction) => {
            const { rolled, added } = await rollUp(transaction, beside.rolled, nowMs, beside.firstMs);
            return { rolled, entry: await ledger.note(transaction, NOTHING_STORED, nowMs, added) };
          },
          ({ rolled, entry }) => {
            ledger.committed(entry);
            beside.rolled = rolled;
          },
        );
        await ledger.sync();
      },
      usedBytes: async () => (await file.read(usedBytes, "short")) + segments.status.bytes,
      segments: () => segments.status,
      tables: (nowMs) => file.read((reader) => readTables(reader, nowMs)),
      async dropOld(nowMs, shrink) {
        let dropped: ReturnType<KeyNumbers["drop"]> = [];
        if (segments.isRestoring) return dropped;
        await file.write(
          async (transaction) => {
            const gone = await dropOld(transaction, retention, nowMs, shrink, beside.rolled);
            return { gone, entry: await ledger.noteUpkeep(transaction, nowMs) };
          },
          ({ gone, entry }) => {
            ledger.committed(entry);
            dropped = beside.keys.drop(gone.keys);
            beside.series.drop(gone.series);
            for (const { name } of TIERS) beside.windows.dropped(name, gone.untilMs[name]);
            cutsMs = gone.cutsMs;
          },
        );
        await ledger.sync();
        // At once: what the catalog says that the store holds is what it holds.
        await segments.seal(file, cutsMs);
        return dropped;
      },
      async copyTo(dir) {
        // A copy has no segments beside it.
        await segments.restore(file);
        if (segments.isRestoring)
          throw new PharosError("unavailable", "the telemetry store waits for segments to be read back", {
            hint: "see why in the server's log; Settings, Storage says how many are left",
          });
        await file.apart((connection) => copyDatabase(connection, join(dir, basename(path))));
      },
      compact: () => file.writeBare("CHECKPOINT").catch(() => undefined),
    },
    async close() {
      await file.close();
      await ledger.close();
    },
  };
}

async function loadBeside(
  opened: OpenedDuckdb,
  { path, now, warn, onLoss, onOpen }: DuckdbStoreOptions,
  ledger: TelemetryLedger,
  segments: SegmentKeeper,
): Promise<Beside> {
  const { writer, standsInFor, movedAside } = opened;
  const lost = standsInFor === undefined ? await ledger.compare(writer) : undefined;
  const begun = await segments.begin(opened, lost !== undefined || movedAside !== undefined);
  const state = await loadState(writer);
  const nowMs = now();
  const keys = new KeyNumbers();
  keys.load(state.keys);
  const series = new SeriesNumbers();
  series.load(state.series);
  const isNew = !Number.isFinite(state.firstMs) && state.reached.length === 0;
  const rolled = { ...(isNew ? rollTargets(nowMs) : state.rolledAsHeld), ...state.rolled };
  const missing = COARSE_TIERS.filter((tier) => state.rolled[tier] === undefined);
  if (missing.length > 0)
    await writer.run(
      `INSERT INTO ${ROLLED.name} (tier, until_ms) VALUES ${missing.map((tier) => `('${tier}', ${rolled[tier]})`).join(", ")}`,
    );
  if (missing.length > 0 && !isNew)
    warn(
      `the telemetry store did not say up to when it had rolled up; what its windows say is taken, and nothing is lost`,
    );
  const { receivedMs } = state;
  const commits = begun === undefined ? 0 : segments.commits;
  await noteLoss(opened, { ledger, lost, begun, commits, receivedMs, nowMs, path, warn, onLoss });
  onOpen({ reached: state.reached, keys: state.keys.map(({ key }) => key) });
  return { keys, series, windows: new WindowCache(), rolled, firstMs: state.firstMs };
}

function* timesOf({ windows, requests, spans, logs, gaps }: TelemetryBatch): Iterable<number> {
  for (const { startMs } of [...windows, ...requests, ...gaps]) yield startMs;
  for (const { startUs } of spans) yield Number(startUs / 1000n);
  for (const { atUs } of logs) yield Number(atUs / 1000n);
}

/** What the file holds: room that was given back stays in it, to be used again. */
async function usedBytes(reader: Reader): Promise<number> {
  const [row] = await reader.rows("SELECT (block_size * used_blocks)::DOUBLE AS bytes FROM pragma_database_size()");
  return Number(row?.bytes ?? 0);
}
