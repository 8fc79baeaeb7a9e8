import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "#node/free-port.ts";
import { DEFAULT_RETENTION } from "#server/telemetry/ports/retention.ts";
import type { SetAside } from "#server/telemetry/ports/set-aside.ts";
import { EMPTY_BATCH } from "#server/telemetry/ports/telemetry-sink.ts";
import type { TelemetryStore } from "#server/telemetry/ports/telemetry-store.ts";
import { startTelemetry } from "#server/telemetry/start-telemetry.ts";
import { BatchBook } from "#server/telemetry/stores/clickhouse/batch-book.ts";
import { ClickhouseClient } from "#server/telemetry/stores/clickhouse/clickhouse-client.ts";
import {
  type ClickhouseStoreOptions,
  openClickhouseStore,
} from "#server/telemetry/stores/clickhouse/clickhouse-store.ts";
import { prepareDatabase } from "#server/telemetry/stores/clickhouse/migrate.ts";
import { reporterOf, reportOf } from "#server/telemetry/testing/reports.ts";
import { HAS_CLICKHOUSE, type RunningClickhouse, startClickhouse } from "#testing/clickhouse/start-clickhouse.ts";

interface Said {
  readonly acknowledged?: number;
}

const PROGRAM = join(import.meta.dirname, "../../testing/ingest-process.ts");
const START = Math.floor((Date.now() - 60_000) / 10_000) * 10_000;
const WINDOWS_PER_REPORT = 200;
const GAP = { startMs: START, endMs: START + 1, workload: "", reason: "why", requests: 1 };

/** Kills the child after some acknowledgements; resolves with the last. */
async function killAfter(child: ChildProcess, acknowledgements: number): Promise<number> {
  let last = 0;
  child.on("message", ({ acknowledged }: Said) => {
    last = acknowledged ?? last;
    if (last >= acknowledgements) child.kill("SIGKILL");
  });
  await once(child, "exit");
  return last;
}

describe.skipIf(!HAS_CLICKHOUSE)("ClickHouse (engine: chdb)", () => {
  let dir: string;
  let clickhouse: RunningClickhouse;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "pharos-clickhouse-"));
    clickhouse = await startClickhouse([], { data: dir });
  });
  afterAll(async () => {
    await clickhouse?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const addressOf = (database: string) => ({ url: clickhouse.url, database, user: "default", password: "" });
  const open = (database: string, more: Partial<ClickhouseStoreOptions> = {}): Promise<TelemetryStore> =>
    openClickhouseStore({
      address: addressOf(database),
      batchEveryMs: 0,
      now: Date.now,
      retention: DEFAULT_RETENTION,
      warn: () => undefined,
      onLoss: () => undefined,
      onSetAside: () => undefined,
      onOpen: () => undefined,
      ...more,
    });

  async function countStored(database: string): Promise<number> {
    const store = await open(database);
    const { rows } = await store.traffic.sum({ startMs: START, endMs: START + 10_000 });
    await store.close();
    return rows.reduce((sum, { count }) => sum + count, 0);
  }

  test("a killed server has stored what it acknowledged, and nothing by halves", async () => {
    let last = 0;
    for (const until of [2, 3]) {
      const args = [JSON.stringify(addressOf("killed")), String(last + 1), String(START)];
      const child = fork(PROGRAM, args, { execPath: process.execPath, execArgv: [] });
      last = await killAfter(child, until);
      expect(last).toBeGreaterThanOrEqual(until);
      const stored = await countStored("killed");
      expect(stored % WINDOWS_PER_REPORT).toBe(0);
      // The report under way when it died may be stored and not acknowledged; its agent sends it again.
      expect(stored / WINDOWS_PER_REPORT - last).toBeGreaterThanOrEqual(0);
      last = stored / WINDOWS_PER_REPORT;
    }
  }, 180_000);

  test.each([
    ["before it had a part of it", "gaps", false],
    ["after it had a part of it", "gaps", true],
    ["before it had the word that it counts", "commits", false],
    ["after it had that word", "commits", true],
  ])("a batch whose answer is lost %s counts once when it comes again", async (_, table, isDone) => {
    const database = `lost_${table}_${isDone}`;
    const store = await open(database);
    const real = ClickhouseClient.prototype.insert;
    const once = vi.spyOn(ClickhouseClient.prototype, "insert").mockImplementation(async function lose(
      this: ClickhouseClient,
      ...asked
    ) {
      if (asked[0] !== table || isDone) await real.apply(this, asked);
      if (asked[0] === table) throw new Error("lost");
    });
    const batch = {
      ...EMPTY_BATCH,
      gaps: [GAP],
      reports: [{ reporter: "a", storeId: "b", sequence: 1n, receivedMs: 1 }],
    };
    await expect(store.sink.store(batch)).rejects.toThrow("lost");
    once.mockRestore();
    expect(await store.gaps.gaps(START, START + 1)).toEqual([]);
    await store.sink.store(batch);
    for (const again of [store, await open(database)]) {
      expect(await again.gaps.gaps(START, START + 1)).toEqual([GAP]);
      await again.upkeep.dropOld(Date.now(), 0);
      expect(await again.gaps.gaps(START, START + 1)).toEqual([GAP]);
      await again.close();
    }
  });

  test("batches that fail one after another are hidden as one, and those that are committed between them count", async () => {
    const client = new ClickhouseClient(addressOf("failing"));
    onTestFinished(() => client.close());
    await prepareDatabase(client);
    const seen = async (book: BatchBook) =>
      (await client.rows<{ batch: number }>(`SELECT batch FROM commits WHERE ${book.visible()} ORDER BY batch`)).length;
    for (const committed of [1, 2]) {
      const book = await BatchBook.open(client, Date.now);
      for (let failures = 0; failures < 5; failures += 1) book.failed(await book.begin());
      await book.commit(await book.begin());
      for (let failures = 0; failures < 5; failures += 1) book.failed(await book.begin());
      expect(book.hidden().split(" OR ").length).toBeLessThanOrEqual(2 * committed);
      expect(await seen(book)).toBe(committed);
    }
  });

  test("a server that another one took the database from stores no more, and what it acknowledged is there", async () => {
    const first = await open("taken");
    await first.sink.store({ ...EMPTY_BATCH, gaps: [GAP] });
    const second = await open("taken");
    onTestFinished(async () => {
      await first.close();
      await second.close();
    });
    await expect(first.sink.store({ ...EMPTY_BATCH, gaps: [GAP, GAP] })).rejects.toMatchObject({ code: "conflict" });
    await second.sink.store({ ...EMPTY_BATCH, gaps: [GAP] });
    const third = await open("taken");
    onTestFinished(() => third.close());
    for (const store of [second, third]) expect(await store.gaps.gaps(START, START + 1)).toEqual([GAP, GAP]);
  });

  test("what the one before hid while another one took over is hidden from that one too", async () => {
    const client = new ClickhouseClient(addressOf("hidden"));
    await prepareDatabase(client);
    const first = await BatchBook.open(client, Date.now);
    const failed = await first.begin();
    first.failed(failed);
    const real = ClickhouseClient.prototype.rows;
    let isMeanwhile = false;
    const meanwhile = vi.spyOn(ClickhouseClient.prototype, "rows").mockImplementation(async function rows(
      this: ClickhouseClient,
      ...asked
    ) {
      if (asked[0].includes("FROM commits") && !isMeanwhile) {
        isMeanwhile = true;
        await expect(first.begin().then((batch) => first.commit(batch))).rejects.toMatchObject({ code: "conflict" });
      }
      return real.apply(this, asked) as never;
    });
    onTestFinished(async () => {
      meanwhile.mockRestore();
      await client.close();
    });
    const second = await BatchBook.open(client, Date.now);
    expect(isMeanwhile).toBe(true);
    const [seen] = await client.rows<{ counts: number }>(
      `SELECT toUInt64(${failed}) AS batch, ${second.visible()} AS counts`,
    );
    expect(seen?.counts).toBe(0);
  });

  test("while ClickHouse is away nothing is acknowledged, and when it is back each report counts once", async () => {
    const port = await freePort();
    const data = mkdtempSync(join(tmpdir(), "pharos-clickhouse-"));
    const url = `http://127.0.0.1:${port}`;
    const warnings: string[] = [];
    const telemetry = await startTelemetry({
      maintainEveryMs: 0,
      warn: (message) => warnings.push(message),
      openStore: (options) =>
        openClickhouseStore({ ...options, address: { ...addressOf("away"), url }, batchEveryMs: 0 }),
    });
    let server: RunningClickhouse | undefined;
    onTestFinished(async () => {
      await telemetry.close();
      await server?.stop();
      rmSync(data, { recursive: true, force: true });
    });
    expect(warnings.join()).toContain(url);
    const report = (sequence: number) => {
      const traffic = { side: "source", from: "productpage-v1", to: "reviews-v1", atMs: START, count: 1 } as const;
      return telemetry.ingest.takeReport(reportOf(sequence, [traffic]), reporterOf("productpage-v1"));
    };
    const again = (sequence: number) =>
      vi.waitFor(async () => expect((await report(sequence)).acknowledgedSequence).toBe(sequence), { timeout: 60_000 });
    const total = async () =>
      (await telemetry.queries.totals({ reporter: "source", startMs: START, endMs: START + 10_000 })).total;
    await expect(report(1)).rejects.toMatchObject({ code: "unavailable" });
    await expect(total()).rejects.toMatchObject({ code: "unavailable" });
    server = await startClickhouse([], { data, port });
    await again(1);
    await again(1);
    await server.stop();
    await expect(report(2)).rejects.toMatchObject({ code: "unavailable" });
    server = await startClickhouse([], { data, port });
    await again(2);
    expect(await total()).toBe(2);
  });

  test("a row that ClickHouse refuses is left out and told of, and what came with it is stored", async () => {
    const aside: SetAside[] = [];
    const store = await open("refused", { onSetAside: (each) => aside.push(each) });
    const client = new ClickhouseClient(addressOf("refused"));
    onTestFinished(async () => {
      await store.close();
      await client.close();
    });
    await client.run("ALTER TABLE gaps ADD CONSTRAINT proper CHECK workload != 'refused'");
    const gaps = Array.from({ length: 50 }, (_, requests) => ({ ...GAP, requests }));
    const bad = (place: number) => ({ ...GAP, workload: "refused", requests: place });
    const report = (sequence: bigint) => ({ reporter: "a", storeId: "b", sequence, receivedMs: 1 });
    await store.sink.store({
      ...EMPTY_BATCH,
      gaps: gaps.toSpliced(7, 0, bad(1)).toSpliced(40, 0, bad(2)),
      reports: [report(1n)],
    });
    await store.sink.store({ ...EMPTY_BATCH, gaps: [bad(3)], reports: [report(2n)] });
    expect(aside.map(({ table, rows }) => [table, rows])).toEqual([
      ["gaps", 2],
      ["gaps", 1],
    ]);
    expect(aside[0]?.why).toMatch(/VIOLATED_CONSTRAINT/);
    const held: bigint[] = [];
    const again = await open("refused", {
      onOpen: ({ reached }) => held.push(...reached.map(({ sequence }) => sequence)),
    });
    onTestFinished(() => again.close());
    expect(held).toEqual([2n]);
    const found = await again.gaps.gaps(START, START + 1);
    expect(found.map(({ requests }) => requests).sort((a, b) => a - b)).toEqual(gaps.map(({ requests }) => requests));
    // Where all of many are refused, it is not the rows that are wrong.
    const many = Array.from({ length: 300 }, (_, place) => bad(place));
    await expect(again.sink.store({ ...EMPTY_BATCH, gaps: many })).rejects.toMatchObject({ code: "unavailable" });
    await again.sink.store({ ...EMPTY_BATCH, gaps: [GAP] });
  });

  test("a server that takes connections and does not answer keeps this one neither from starting nor from ending", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const warnings: string[] = [];
    const store = await open("silent", {
      address: { ...addressOf("silent"), url: `http://127.0.0.1:${port}` },
      patienceMs: 100,
      warn: (message) => warnings.push(message),
    });
    expect(warnings.join()).toMatch(/has not answered for 100 ms/);
    const stored = store.sink.store({ ...EMPTY_BATCH, gaps: [GAP] }).catch((error: unknown) => error);
    await store.close();
    expect(await stored).toMatchObject({ code: "unavailable" });
  });

  test("a wrong password is told, with where the right one belongs", async () => {
    const guarded = await startClickhouse(["mesh", "secret"]);
    onTestFinished(() => guarded.stop());
    const warnings: string[] = [];
    const openAs = (password: string) =>
      openClickhouseStore({
        address: { url: guarded.url, database: "mesh", user: "mesh", password },
        now: Date.now,
        retention: DEFAULT_RETENTION,
        warn: (message) => warnings.push(message),
        onLoss: () => undefined,
        onSetAside: () => undefined,
        onOpen: () => undefined,
      });
    await (await openAs("wrong")).close();
    expect(warnings.join()).toContain("--clickhouse-login");
    expect(warnings.join()).not.toContain("wrong");
    const store = await openAs("secret");
    onTestFinished(() => store.close());
    expect(await store.gaps.gaps(0, START)).toEqual([]);
  });
});
