import { expect, test } from "vitest";
import { type ChargedRows, IngestQueue, type PendingReport } from "#server/telemetry/ingest/ingest-queue.ts";
import { LabelBook } from "#server/telemetry/ingest/label-book.ts";
import type { TelemetryBatch } from "#server/telemetry/ports/telemetry-sink.ts";

const idOf = (account: string): string => `spiffe://cluster.local/ns/default/sa/${account}`;
const HOSTILE = idOf("hostile");
const HONEST = idOf("honest");

const NO_ROWS: ChargedRows = { windows: [], requests: [], spans: [], gaps: [], giveBack: () => undefined };
const reportOf = (reporter: string, sequence: number, storeId = "store"): PendingReport => ({
  reporter,
  workload: "default/it",
  storeId,
  sequence: BigInt(sequence),
  charge: () => NO_ROWS,
});

/** A queue above a store that stores nothing until it is let go on. */
function slowStore(now = () => 0) {
  const refused: string[] = [];
  const stored: TelemetryBatch[] = [];
  const { promise: gate, resolve: goOn, reject: fail } = Promise.withResolvers<void>();
  const queue = new IngestQueue({
    sink: {
      store: async (batch) => {
        await gate;
        stored.push(batch);
      },
    },
    labels: new LabelBook(),
    now,
    onFolded: () => undefined,
    onStored: () => undefined,
    onRefused: (limit, reporter) => refused.push(`${limit}: ${reporter}`),
  });
  /** Sends so many reports; resolves with how many wait, once those that do not are refused. */
  const flood = async (reporter: string, reports: number) => {
    let turnedAway = 0;
    const answers = Array.from({ length: reports }, (_, index) =>
      queue.add(reportOf(reporter, index + 1)).catch((error: { code?: string }) => {
        expect(error.code).toBe("exhausted");
        turnedAway += 1;
      }),
    );
    await new Promise(setImmediate);
    return { waiting: reports - turnedAway, answers };
  };
  return { queue, refused, stored, goOn, fail, flood };
}

test("an identity that sends all it can is refused beyond its share, and an honest one beside it is stored", async () => {
  const { queue, refused, stored, goOn, flood } = slowStore();
  const { waiting, answers } = await flood(HOSTILE, 5000);
  expect(waiting).toBe(500);
  expect(new Set(refused)).toEqual(new Set([`reports that wait to be stored: ${HOSTILE}`]));
  const honest = Array.from({ length: 100 }, (_, index) => queue.add(reportOf(HONEST, index + 1)));
  goOn();
  expect(Math.max(...(await Promise.all(honest)))).toBe(100);
  await Promise.all(answers);
  expect(stored.flatMap(({ reports }) => reports).filter(({ reporter }) => reporter === HONEST)).toHaveLength(100);
  expect(refused.some((line) => line.includes(HONEST))).toBe(false);
});

test("identities that together send all they can leave room for one that sends a report", async () => {
  const { queue, goOn, flood } = slowStore();
  const floods = await Promise.all(Array.from({ length: 20 }, (_, index) => flood(idOf(`hostile-${index}`), 600)));
  expect(floods.reduce((sum, { waiting }) => sum + waiting, 0)).toBeLessThan(2000);
  const honest = queue.add(reportOf(HONEST, 1));
  goOn();
  expect(await honest).toBe(1);
  await Promise.all(floods.flatMap(({ answers }) => answers));
});

test("a report that was stored, or could not be, leaves its place to the next", async () => {
  const failing = slowStore();
  const { answers } = await failing.flood(HOSTILE, 500);
  await expect(failing.queue.add(reportOf(HOSTILE, 501))).rejects.toMatchObject({ code: "exhausted" });
  failing.fail(Object.assign(new Error("no room"), { code: "exhausted" }));
  await Promise.all(answers);
  expect((await failing.flood(HOSTILE, 500)).waiting).toBe(0);
  expect(failing.refused).toHaveLength(1);

  const storing = slowStore();
  const first = await storing.flood(HOSTILE, 500);
  storing.goOn();
  await Promise.all(first.answers);
  expect((await storing.flood(HOSTILE, 500)).waiting).toBe(500);
});

test("many agents' reports are stored together, a repeated one once, and what is missing between is a gap", async () => {
  const { queue, stored, goOn } = slowStore(() => 1000);
  const answers = [1, 1, 2, 5].map((sequence) => queue.add(reportOf(HONEST, sequence)));
  const other = queue.add(reportOf(HONEST, 9, "another store"));
  goOn();
  expect(await Promise.all([...answers, other])).toEqual([1, 5, 5, 5, 9]);
  expect(stored.flatMap(({ reports }) => reports.map(({ storeId, sequence }) => `${storeId} ${sequence}`))).toEqual([
    "store 1",
    "store 2",
    "store 5",
    "another store 9",
  ]);
  expect(stored.flatMap(({ gaps }) => gaps)).toMatchObject([
    { reason: expect.stringContaining("reports 3 to 4 of this agent") },
  ]);
});

test("what a store that was opened again holds takes the place of what was known", async () => {
  const { queue, goOn } = slowStore();
  goOn();
  expect(await queue.add(reportOf(HONEST, 7))).toBe(7);
  queue.load([{ reporter: HONEST, storeId: "store", sequence: 3n }]);
  expect(await queue.add(reportOf(HONEST, 4))).toBe(4);
  expect(queue.agents).toBe(1);
});

test("only what is stored is charged for: not a repeated report, one that is turned away, or one that the disk has no room for", async () => {
  let charged = 0;
  const giveBack = (): void => {
    charged -= 1;
  };
  const charging = (sequence: number): PendingReport => ({
    ...reportOf(HONEST, sequence),
    charge: () => {
      charged += 1;
      return { ...NO_ROWS, giveBack };
    },
  });
  const storing = slowStore();
  const answers = [1, 1, 2, 1].map((sequence) => storing.queue.add(charging(sequence)));
  storing.goOn();
  await Promise.all(answers);
  expect(charged).toBe(2);

  charged = 0;
  const failing = slowStore();
  const { answers: flood } = await failing.flood(HONEST, 499);
  const last = [failing.queue.add(charging(500)), failing.queue.add(charging(501))];
  failing.fail(Object.assign(new Error("no room"), { code: "exhausted" }));
  expect((await Promise.allSettled(last)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await Promise.all(flood);
  expect(charged).toBe(0);
});

test("where there are many agents, reports that come one after another are stored at once", async () => {
  const { queue, stored, goOn } = slowStore();
  goOn();
  const agents = Array.from({ length: 2000 }, (_, agent) => ({
    reporter: HONEST,
    storeId: `store-${agent}`,
    sequence: 1n,
  }));
  queue.load(agents);
  const answers: Promise<number>[] = [];
  for (let agent = 0; agent < 20; agent += 1) {
    answers.push(queue.add(reportOf(HONEST, 2, `store-${agent}`)));
    await new Promise(setImmediate);
  }
  expect(new Set(await Promise.all(answers))).toEqual(new Set([2]));
  expect(stored.map(({ reports }) => reports.length)).toEqual([20]);
});
