import { expect, test } from "vitest";
import { TooManySamples } from "#core/promql/promql-error.ts";
import { QueryApi } from "#server/prometheus/query-api.ts";
import { QueryLanes, SAMPLES_MAX } from "#server/prometheus/query-lanes.ts";
import { NO_ALERTING } from "#server/prometheus/rules-answer.ts";

function busyApi() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const api = new QueryApi({
    catalog: {
      select: ({ matchers }) => {
        begun.push(matchers.map(({ value }) => value).join());
        return new Promise((done) => ends.push(() => done([])));
      },
      list: () => [],
      metadata: () => [],
    },
    now: () => 0,
    startedMs: 0,
    version: "test",
    alerting: NO_ALERTING,
    exemplars: async () => [],
    retention: "1d",
  });
  const ask = (account: string, query: string) =>
    api.answer("/api/v1/query", new URLSearchParams({ query }), { isGone: () => false, account });
  return { ask, begun, end: (of: number) => ends[of]?.() };
}

test("queries of an account that asks for many are in nobody else's way", async () => {
  const { ask, begun, end } = busyApi();
  const first = ask("a", "a1");
  for (const query of ["a2", "a3", "a4", "a5", "a6"]) void ask("a", query);
  void ask("b", "b1");
  await expect.poll(() => begun).toEqual(["a1", "a2", "a3", "a4"]);
  end(0);
  await first;
  end(1);
  await expect.poll(() => begun).toEqual(["a1", "a2", "a3", "a4", "a5", "b1"]);
});

test("of an account's queries no more wait than may, and one is begun when another ends", async () => {
  const { ask, begun, end } = busyApi();
  const asked = Array.from({ length: 105 }, () => ask("a", "up"));
  const refused = await asked[104];
  expect([refused?.status, refused?.body]).toEqual([503, expect.stringContaining("100 queries wait already")]);
  await expect.poll(() => begun.length).toBe(4);
  // Another's is not refused for them.
  void ask("b", "b1");
  for (const nth of [0, 1]) {
    end(nth);
    expect((await asked[nth])?.status).toBe(200);
  }
  await expect.poll(() => begun).toEqual(["up", "up", "up", "up", "up", "b1"]);
});

test("a query that holds much waits for another that does, and is in the way of none that holds little", async () => {
  const lanes = new QueryLanes();
  const ends: (() => void)[] = [];
  const running: string[] = [];
  const large = (name: string) =>
    lanes.run("a", async (samplesMax) => {
      if (samplesMax < SAMPLES_MAX) throw new TooManySamples();
      running.push(name);
      await new Promise<void>((done) => ends.push(done));
      return name;
    });
  const first = large("first");
  const second = large("second");
  await expect.poll(() => running).toEqual(["first"]);
  expect(await Promise.all(Array.from({ length: 8 }, (_, at) => lanes.run("a", async () => at)))).toHaveLength(8);
  expect(running).toEqual(["first"]);
  ends[0]?.();
  expect(await first).toBe("first");
  await expect.poll(() => running).toEqual(["first", "second"]);
  ends[1]?.();
  expect(await second).toBe("second");
});

test("a query that holds more than any may is refused, once it was alone", async () => {
  const rooms: number[] = [];
  const asked = new QueryLanes().run("a", async (samplesMax) => {
    rooms.push(samplesMax);
    throw new TooManySamples();
  });
  await expect(asked).rejects.toThrow(/too many samples/);
  expect(rooms.at(-1)).toBe(SAMPLES_MAX);
  expect(rooms).toHaveLength(2);
});
