import { expect, test } from "vitest";
import type { LogSearch } from "#server/telemetry/ports/log-reader.ts";
import { type LogCase, resourceLogsOf } from "#server/telemetry/testing/reports.ts";
import { HOUR, START, type StoreCase } from "#server/telemetry/testing/store-case.ts";

/** What applications log is found by what it belongs to and by what it says, and goes when it is old. */
export function logs(at: StoreCase): void {
  const TRACE = "0af7651916cd43dd8448eb211c80319c";
  const SHORT = "000000000000000048485a3953bb6124";
  const LOGS: LogCase[] = [
    {
      service: "reviews.default",
      body: "Ratings are SLOW",
      atMs: START,
      severity: 13,
      trace: TRACE,
      span: "b".repeat(16),
    },
    { service: "reviews.default", body: "started", atMs: START + 1, trace: SHORT },
    { service: "ratings", body: "100%_of 'it' failed", atMs: START + 2, severity: 17 },
  ];
  const take = () => at.takeLogs(LOGS.map(resourceLogsOf), "application");
  const found = async (search: Partial<LogSearch>): Promise<string[]> =>
    (await at.store.logs.logs({ fromMs: START, limit: 10, ...search })).map(({ body }) => body);

  test("a record comes out as it went in, before and after a restart", async () => {
    expect(await take()).toEqual({ rejected: 0, why: undefined });
    for (const restarted of [false, true]) {
      if (restarted) await at.reopen();
      expect(await at.store.logs.logs({ fromMs: START, traceId: TRACE, limit: 1 })).toEqual([
        {
          atMs: START,
          traceId: TRACE,
          spanId: "b".repeat(16),
          service: "reviews.default",
          severity: 13,
          severityText: "said",
          body: "Ratings are SLOW",
          attributes: '{"thread.id":7}',
          resource: '{"service.name":"reviews.default","pharos.reporter":"application"}',
        },
      ]);
    }
  });

  test("a text that was cut in the middle of a character is stored without it, and keeps nothing else out", async () => {
    const cut = { service: "reviews.default", body: `cut here ${"\u{1F600}".slice(0, 1)}`, atMs: START + 3 };
    await Promise.all([at.takeLogs([resourceLogsOf(cut)], "application"), take()]);
    expect((await found({}))[0]).toBe("cut here \uFFFD");
    expect(await found({})).toHaveLength(LOGS.length + 1);
  });

  test.each<[string, Partial<LogSearch>, number[]]>([
    ["by nothing, newest first", {}, [2, 1, 0]],
    ["by a short id", { traceId: "48485a3953bb6124" }, [1]],
    ["by span", { traceId: TRACE, spanId: "b".repeat(16) }, [0]],
    ["by the first part of a service's name", { service: "reviews" }, [1, 0]],
    ["not by a name that only begins alike", { service: "review" }, []],
    ["by severity", { minSeverity: 13 }, [2, 0]],
    ["by text in any case", { text: "slow" }, [0]],
    ["by text that is none of a pattern's", { text: "100%_of 'it'" }, [2]],
    ["from a time on", { fromMs: START + 1 }, [2, 1]],
    ["up to a number", { limit: 1 }, [2]],
  ])("records are found %s", async (_, search, expected) => {
    await take();
    expect(await found(search)).toEqual(expected.map((index) => LOGS[index]?.body));
  });

  test("records go when they are older than their retention, and others stay", async () => {
    await take();
    at.now = START + 7 * 24 * HOUR + 2;
    await at.running.maintain();
    expect(await found({})).toEqual([LOGS[2]?.body]);
  });

  test("more than an account may hand over is not stored, and it is told when to go on", async () => {
    const [one] = LOGS;
    const many = Array.from({ length: 50_001 }, () => ({ ...one, severity: 1 }) as LogCase);
    const answer = await at.takeLogs(many.map(resourceLogsOf), "application");
    expect(answer).toMatchObject({ rejected: 1, why: expect.stringContaining("5000 a second") });
    await expect(at.takeLogs(LOGS.map(resourceLogsOf), "application")).rejects.toMatchObject({
      code: "exhausted",
      details: { retryAfterMs: 1000 },
    });
    expect(await at.takeLogs(LOGS.map(resourceLogsOf), "another")).toMatchObject({ rejected: 0 });
  });
}
