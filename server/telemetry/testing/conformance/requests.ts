import { expect, test } from "vitest";
import { parseRequestFilter } from "#core/telemetry/request-filter.ts";
import { FILTER_CASES, FILTERED_REQUESTS } from "#core/telemetry/testing/filter-cases.ts";
import { requestCase } from "#core/telemetry/testing/request-case.ts";
import type { RequestFilter } from "#server/telemetry/ports/request-reader.ts";
import { EMPTY_BATCH } from "#server/telemetry/ports/telemetry-sink.ts";
import { SPAN } from "#server/telemetry/testing/conformance/port-rows.ts";
import { reportOf } from "#server/telemetry/testing/reports.ts";
import { HOUR, PRODUCTPAGE, START, type StoreCase, toReviews } from "#server/telemetry/testing/store-case.ts";

const REQUESTS = FILTERED_REQUESTS.map((request) => ({ ...request, startMs: START + request.startMs }));

const ask = (text: string): RequestFilter => {
  const { conditions, errors } = parseRequestFilter(text);
  expect(errors).toEqual([]);
  return { fromMs: START, where: conditions };
};

/** Kept requests as they are looked for, and exact counts of shapes. */
export function requests(at: StoreCase): void {
  const found = async (text: string) => {
    const rows = await at.store.requests.list({ ...ask(text), limit: 10 });
    return rows.map(({ id }) => id).sort();
  };

  test.each(FILTER_CASES)("%s finds what it says", async (text, ids) => {
    await at.store.sink.store({ ...EMPTY_BATCH, requests: REQUESTS });
    expect(await found(text)).toEqual(ids);
  });

  test("patterns hold what is written in them, and many stars take no longer than one", async () => {
    const paths = ["/a.b(c)[d]^$|{2}+\\", `/${"a".repeat(2000)}`, "/line\nend"];
    const rows = paths.map((path, index) => requestCase({ id: String(index), startMs: START, path }));
    await at.store.sink.store({ ...EMPTY_BATCH, requests: rows });
    const of = async (value: string) => {
      const where = [{ kind: "is", field: "path", values: [value], isNot: false }] as const;
      return (await at.store.requests.list({ fromMs: START, where, limit: 10 })).map(({ id }) => id);
    };
    expect(await of("/a.b(c)[d]^$|{2}+\\*")).toEqual(["0"]);
    expect(await of("/aXb*")).toEqual([]);
    expect(await of("*\nend")).toEqual(["2"]);
    expect(await of(`${"*a".repeat(30)}*b`)).toEqual([]);
    expect(await of(`${"*a".repeat(30)}*`)).toEqual(["1"]);
  });

  test("those whose trace can be looked at are told from those that only have the id of one", async () => {
    const trace = "a".repeat(16);
    const span = { ...SPAN, traceId: trace.padStart(32, "0"), startUs: BigInt(START) * 1000n };
    const rows = [trace, trace.padStart(32, "0"), "b".repeat(32), null].map((traceId, index) =>
      requestCase({ id: String(index), startMs: START + index, traceId }),
    );
    await at.store.sink.store({ ...EMPTY_BATCH, requests: rows, spans: [span] });
    const traced = async (fromMs: number, toMs?: number) =>
      (await at.store.requests.list({ fromMs, toMs, where: [], isTraced: true, limit: 10 })).map(({ id }) => id);
    expect(await traced(START)).toEqual(["1", "0"]);
    expect(await traced(START, START + 1)).toEqual(["0"]);
    expect(await traced(START + HOUR)).toEqual([]);
  });

  test("pages follow each other without a gap or a row twice, by whatever they are sorted", async () => {
    await at.store.sink.store({ ...EMPTY_BATCH, requests: REQUESTS });
    for (const sort of ["start", "duration", "code"] as const)
      for (const isAscending of [true, false]) {
        const whole = await at.store.requests.list({ ...ask(""), sort, isAscending, limit: 10 });
        const paged: string[] = [];
        for (let after: { value: number; id: string } | undefined; ; ) {
          const rows = await at.store.requests.list({ ...ask(""), sort, isAscending, after, limit: 2 });
          const last = rows.at(-1);
          if (last === undefined) break;
          paged.push(...rows.map(({ id }) => id));
          after = {
            value: { start: last.startMs, duration: last.durationMs, code: last.responseCode }[sort],
            id: last.id,
          };
        }
        expect(paged).toEqual(whole.map(({ id }) => id));
        expect(paged).toHaveLength(REQUESTS.length);
      }
  });

  test("values of fields and times are counted, with the requests that rows stand for", async () => {
    await at.store.sink.store({ ...EMPTY_BATCH, requests: REQUESTS });
    const facets = await at.store.requests.facets(ask(""), ["class", "code", "subset", "revision"], 2);
    const of = (field: string) =>
      facets.filter((each) => each.field === field).map((each) => [each.value, each.rows, each.weight]);
    expect(of("class")).toEqual([
      ["ok", 2, 5],
      ["denied", 1, 1],
    ]);
    expect(of("code")).toEqual([
      ["200", 3, 6],
      ["403", 1, 1],
    ]);
    expect(of("subset")).toEqual([
      ["", 4, 7],
      ["v2", 1, 1],
    ]);
    expect(of("revision")).toEqual([
      ["", 4, 7],
      ["7", 1, 1],
    ]);
    const slots = await at.store.requests.histogram(ask("-class:denied"), 60_000);
    expect(slots).toEqual([
      { startMs: START, class: "error", rows: 1, weight: 1 },
      { startMs: START, class: "ok", rows: 1, weight: 4 },
      { startMs: START, class: "slow", rows: 1, weight: 1 },
      { startMs: START + 60_000, class: "ok", rows: 1, weight: 1 },
    ]);
  });

  test("shapes are exact, put together and through a restart", async () => {
    const asked = { fromMs: START - HOUR, toMs: START + HOUR, limit: 10 };
    await at.take(reportOf(1, [toReviews(START, 10), toReviews(START + 10_000, 7, { code: 503 })]), PRODUCTPAGE);
    await at.take(reportOf(2, [toReviews(START + 20_000, 5)]), PRODUCTPAGE);
    await at.take(reportOf(2, [toReviews(START + 20_000, 5)]), PRODUCTPAGE);
    const expected = [
      { service: "reviews.default.svc.cluster.local", port: 9080, method: "GET", responseCode: 200, count: 15 },
      { pathTemplate: "/reviews-v1", responseCode: 503, count: 7, principal: PRODUCTPAGE.principal },
    ];
    expect(await at.store.requests.shapes(asked)).toMatchObject(expected);
    await at.store.upkeep.rollUp(START + HOUR);
    await at.reopen();
    expect(await at.store.requests.shapes(asked)).toMatchObject(expected);
    expect(await at.store.requests.shapes({ ...asked, service: "ratings" })).toEqual([]);
  });
}
