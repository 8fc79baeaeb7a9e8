import { expect, test } from "vitest";
import { BUCKET_COUNT } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { bucketAt, countAt, type Histogram, packHistogram } from "#core/telemetry/histogram.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";
import { makeKey, NOBODY } from "#core/telemetry/traffic-key.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";
import { EMPTY_BATCH } from "#server/telemetry/ports/telemetry-sink.ts";
import type { TrafficWindow } from "#server/telemetry/ports/traffic-window.ts";
import { START, type StoreCase } from "#server/telemetry/testing/store-case.ts";

/** Every label has a value of its own. */
const KEY: TrafficKey = {
  ...makeKey((name) => (typeof NOBODY[name] === "string" ? `a "${name}", said 'so'` : name.length)),
  reporter: "source",
  protocol: "grpc",
  security: "mutual_tls",
  fromGateway: true,
};

const windowOf = (key: TrafficKey, atMs: number, count: number): TrafficWindow => ({
  key,
  startMs: atMs,
  count,
  requestBytes: count * 2 ** 40,
  responseBytes: count * 3,
  durationSumMs: count * 1.5,
  opened: count * 2,
  durations: packHistogram([[BUCKET_COUNT - 1, count]]),
  requestSizes: packHistogram([[0, count]]),
  responseSizes: packHistogram([[7, count]]),
});

/** Counts by bucket. */
function countsOf(histogram: Histogram = []): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const entry of Array.from(histogram)) counts[bucketAt(entry)] = (counts[bucketAt(entry)] ?? 0) + countAt(entry);
  return counts;
}

/** Every field has a value of its own. */
const REQUEST: RequestRecord = requestCase({
  startMs: START + 7,
  reporter: "destination",
  durationMs: 1.25,
  path: "/a?b='c'",
  pathTemplate: "/{}",
  authority: "shop:80",
  protocol: "grpc",
  responseCode: 503,
  grpcStatus: "14",
  responseFlags: "UF",
  responseCodeDetails: "upstream_reset",
  requestBytes: 2 ** 40,
  requestId: "r",
  sourceVersion: "v7",
  sourceAddress: "10.0.0.1",
  destinationPrincipal: "spiffe://b",
  subset: "canary",
  routeResource: "VirtualService/n/r",
  routePath: "spec.http[0]",
  upstreamHost: "10.0.0.2:80",
  upstreamFailure: "TLS_error",
  attempts: 3,
  deniedBy: "ns[a]-policy[b]-rule[0]",
  policy: "AuthorizationPolicy/a/b",
  fromGateway: true,
  class: "denied",
  weight: 2.5,
  revision: 12,
});

export const SPAN: SpanRow = {
  startUs: BigInt(START) * 1000n + 250n,
  durationUs: 1500n,
  traceId: "0".repeat(16) + "a".repeat(16),
  spanId: "b".repeat(16),
  parentSpanId: null,
  service: "shop.default",
  name: "GET /",
  kind: 2,
  status: 0,
  isError: false,
  statusMessage: "",
  attributes: '{"k":"v"}',
  resource: "{}",
  events: "[]",
  links: '[{"traceId":"x"}]',
  scope: "library",
};

/** What goes in by the ports comes out by the ports, field by field. */
export function portRows(at: StoreCase): void {
  test("a window comes out with the labels and figures that it went in with, before and after a restart", async () => {
    await at.store.sink.store({ ...EMPTY_BATCH, windows: [windowOf(KEY, START, 3), windowOf(KEY, START, 4)] });
    for (const restarted of [false, true]) {
      if (restarted) await at.reopen();
      const { startMs, rows } = await at.store.traffic.sum({ startMs: START + 1, endMs: START + 10_000 });
      expect(startMs).toBe(START);
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatchObject({
        key: KEY,
        count: 7,
        requestBytes: 7 * 2 ** 40,
        responseBytes: 21,
        durationSumMs: 10.5,
      });
      expect(rows.map(({ durations }) => countsOf(durations))).toEqual([{ [BUCKET_COUNT - 1]: 7 }]);
      const sized = await at.store.traffic.sum({
        startMs: START,
        endMs: START + 60_000,
        histograms: ["requestSizes", "responseSizes"],
      });
      expect(sized.rows.map((row) => [row.requestSizes, row.responseSizes, row.durations].map(countsOf))).toEqual([
        [{ 0: 7 }, { 7: 7 }, {}],
      ]);
      expect([...at.store.traffic.keys()]).toEqual([KEY]);
      expect(at.store.traffic.firstMs()).toBe(START);
    }
  });

  test("requests, spans and gaps come out as they went in, before and after a restart", async () => {
    const gap = { startMs: START, endMs: START + 5, workload: "default/w", reason: "why 'so'", requests: 9 };
    await at.store.sink.store({ ...EMPTY_BATCH, requests: [REQUEST], spans: [SPAN], gaps: [gap] });
    for (const restarted of [false, true]) {
      if (restarted) await at.reopen();
      expect(await at.store.requests.list({ fromMs: START, where: [], limit: 10 })).toEqual([REQUEST]);
      const { startUs: _, durationUs: __, ...span } = SPAN;
      expect(await at.store.spans.spansOf("a".repeat(16))).toEqual([
        { ...span, startMs: START + 0.25, durationMs: 1.5, ofTrace: 1 },
      ]);
      expect(await at.store.gaps.gaps(START, START + 1)).toEqual([gap]);
    }
  });

  test("a store that is opened again tells each agent's highest mark", async () => {
    const mark = (storeId: string, sequence: bigint) => ({ reporter: "spiffe://a", storeId, sequence, receivedMs: 1 });
    await at.store.sink.store({ ...EMPTY_BATCH, reports: [mark("one", 4n), mark("one", 5n), mark("two", 2n ** 63n)] });
    await at.reopen();
    const reached = at.held.reached.map(({ storeId, sequence }) => [storeId, sequence]).sort();
    expect(reached).toEqual([
      ["one", 5n],
      ["two", 2n ** 63n],
    ]);
  });

  test("a batch that cannot be stored leaves nothing behind, and the next one is stored", async () => {
    const broken = { reporter: "spiffe://a", storeId: "one", sequence: 2n ** 80n, receivedMs: 1 };
    const batch = { ...EMPTY_BATCH, windows: [windowOf(KEY, START, 3)], requests: [REQUEST] };
    await expect(at.store.sink.store({ ...batch, reports: [broken] })).rejects.toThrow();
    expect((await at.store.traffic.sum({ startMs: START, endMs: START + 10_000 })).rows).toEqual([]);
    expect(await at.store.requests.list({ fromMs: START, where: [], limit: 10 })).toEqual([]);
    await at.store.sink.store(batch);
    await at.reopen();
    expect((await at.store.traffic.sum({ startMs: START, endMs: START + 10_000 })).rows).toMatchObject([{ count: 3 }]);
  });

  test("rows that no table can hold cost themselves alone, and are told of", async () => {
    const good = windowOf(KEY, START, 3);
    await at.store.sink.store({
      ...EMPTY_BATCH,
      reports: [{ reporter: "spiffe://a", storeId: "one", sequence: 4n, receivedMs: 1 }],
      windows: [
        { ...good, count: 2 ** 70, shapes: [] },
        { ...windowOf({ ...KEY, responseCode: 2 ** 40 }, START, 1) },
        {
          ...good,
          shapes: [
            { method: "GET", pathTemplate: "/", count: 2 },
            { method: "GET", pathTemplate: "/{}", count: -1 },
          ],
        },
      ],
      requests: [{ ...REQUEST, attempts: 2 ** 40 }, REQUEST, { ...REQUEST, id: "second", durationMs: "x" as never }],
      spans: [SPAN, { ...SPAN, startUs: 2n ** 80n }, { ...SPAN, kind: 256 }],
    });
    const { setAside } = at.running.health();
    expect(setAside).toMatchObject({
      rows: 7,
      why: expect.stringMatching(/and no (U?BIGINT|UTINYINT|INTEGER|DOUBLE)$/),
    });
    await at.reopen();
    expect((await at.store.traffic.sum({ startMs: START, endMs: START + 10_000 })).rows).toMatchObject([{ count: 3 }]);
    expect(await at.store.requests.list({ fromMs: START, where: [], limit: 10 })).toEqual([REQUEST]);
    expect(await at.store.spans.spansOf("a".repeat(16))).toHaveLength(1);
    const shapes = await at.store.requests.shapes({ fromMs: START, toMs: START + 10_000, limit: 10 });
    expect(shapes).toMatchObject([{ pathTemplate: "/", count: 2 }]);
    expect(at.held.reached).toMatchObject([{ sequence: 4n }]);
  });

  test.each([
    ["none", {}, 0],
    ["no key", { among: [] }, 0],
    ["one that nobody counted", { having: { responseCode: 7 } }, 0],
    ["a label", { having: { protocol: "tcp" } }, 10],
    ["a number and a flag", { having: { responseCode: 503, fromGateway: true } }, 100],
    ["keys, by value", { among: [{ ...KEY }, { ...KEY, responseCode: 503 }] }, 101],
    ["either", { having: { protocol: "tcp" }, among: [KEY] }, 11],
    ["either of the same", { having: { protocol: "grpc" }, among: [KEY] }, 101],
  ] as const)("sums of sets that are chosen by %s", async (_name, only, sum) => {
    const keys: TrafficKey[] = [KEY, { ...KEY, protocol: "tcp" }, { ...KEY, responseCode: 503 }];
    const windows = keys.map((key, index) => windowOf(key, START, 10 ** index));
    await at.store.sink.store({ ...EMPTY_BATCH, windows });
    const range = { startMs: START, endMs: START + 10_000 };
    const add = (counts: Iterable<number>): number => [...counts].reduce((all, count) => all + count, 0);
    const { traffic } = at.store;
    expect(add((await traffic.sum(range, only)).rows.map(({ count }) => count))).toBe(sum);
    const slots = await traffic.sumBySlot(range, 10_000, only);
    expect(add((slots.get(START) ?? []).map(({ count }) => count))).toBe(sum);
    const counted = await traffic.countBySlot(range, 10_000, "protocol", only);
    expect(add([...counted.values()].flatMap((of) => [...of.values()]))).toBe(sum);
  });

  test("counts of one label in slots add up over its windows and the other labels", async () => {
    const keys: TrafficKey[] = [KEY, { ...KEY, protocol: "tcp" }, { ...KEY, responseCode: 503 }];
    const windows = keys.flatMap((key) => [0, 10_000, 20_000].map((ms) => windowOf(key, START + ms, 1)));
    await at.store.sink.store({ ...EMPTY_BATCH, windows });
    const range = { startMs: START, endMs: START + 30_000, stepMsMax: 20_000 };
    const counted = await at.store.traffic.countBySlot(range, 20_000, "protocol", { having: {} });
    const expected = { grpc: { [START]: 4, [START + 20_000]: 2 }, tcp: { [START]: 2, [START + 20_000]: 1 } };
    expect(Object.fromEntries([...counted].map(([value, of]) => [value, Object.fromEntries(of)]))).toEqual(expected);
  });

  test("only the part of a range that is asked for counts", async () => {
    const windows = [-10_000, 0, 10_000, 20_000].map((ms, index) => windowOf(KEY, START + ms, 10 ** index));
    await at.store.sink.store({ ...EMPTY_BATCH, windows });
    const countOf = async (startMs: number, endMs: number): Promise<number | undefined> =>
      (await at.store.traffic.sum({ startMs, endMs })).rows[0]?.count;
    expect(await countOf(START, START + 10_000)).toBe(10);
    expect(await countOf(START, START + 20_000)).toBe(110);
    expect(await countOf(START - 10_000, START)).toBe(1);
    expect(await countOf(START + 30_000, START + 40_000)).toBeUndefined();
  });
}
