import { expect, test } from "vitest";
import { parseTraceQlMetrics } from "#core/traceql/parse-traceql.ts";
import type { SpanReader } from "#server/telemetry/ports/span-reader.ts";
import type { StoredSpan } from "#server/telemetry/ports/span-row.ts";
import { TraceLookup } from "#server/telemetry/query/trace-lookup.ts";

const span = (traceId: string, more: Partial<StoredSpan> = {}): StoredSpan => ({
  ...{ traceId, spanId: "a", parentSpanId: null, service: "web", name: "GET", kind: 2, startMs: 500, durationMs: 1 },
  ...{ status: 0, statusMessage: "", isError: false, attributes: "{}", events: "[]", links: "[]", scope: "" },
  ...{ ofTrace: 1, resource: "{}" },
  ...more,
});

/** Counts the spans of so many traces, of which a store reads what `read` answers. */
async function count(traces: number, read: (ids: readonly string[]) => readonly StoredSpan[], spansMax?: number) {
  const ids = Array.from({ length: traces }, (_, nth) => String(nth));
  const spans: Pick<SpanReader, "traceIds" | "spansOfEach"> = {
    traceIds: async () => ids,
    spansOfEach: async (asked) => read(asked),
  };
  const lookup = new TraceLookup(spans as SpanReader, spansMax);
  const range = { startMs: 0, endMs: 1000, stepMs: 1000 };
  const found = await lookup.series(parseTraceQlMetrics("{} | count_over_time()"), range, 2000);
  return [found.series[0]?.points[0]?.value, found.traces, found.isCut];
}

const whole = (ids: readonly string[]) => ids.map((id) => span(id));

test("a query over time sums all traces, and says where it does not", async () => {
  expect(await count(1200, whole)).toEqual([1200, 1200, false]);
  // Of what is read at once a store leaves out what is too much together.
  expect(await count(1200, (ids) => whole(ids.slice(0, 400)))).toEqual([1000, 1000, true]);
  expect(await count(2, (ids) => ids.map((id) => span(id, { ofTrace: 2 })))).toEqual([2, 2, true]);
});

test("what is found where a search leaves some out is never said to be all", async () => {
  const spans = {
    leavesOut: true,
    traceIds: async () => ["1"],
    spansOfEach: async (ids: readonly string[]) => whole(ids),
  };
  const range = { startMs: 0, endMs: 1000, stepMs: 1000 };
  const lookup = new TraceLookup(spans as unknown as SpanReader);
  expect(await lookup.series(parseTraceQlMetrics("{} | rate()"), range, 2000)).toMatchObject({
    traces: 1,
    isCut: true,
  });
});

test("however many spans traces have, a query over time reads so many and not many more", async () => {
  expect(await count(1200, whole, 700)).toEqual([1000, 1000, true]);
});
