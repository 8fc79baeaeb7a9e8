import { expect, test } from "vitest";
import { type DrainOptions, drainEnvoy } from "#mesh-agent/envoy/drain-envoy.ts";

interface Numbers {
  readonly total?: number;
  readonly active?: number;
  readonly callers?: number;
  readonly own?: number;
}

/**
 * Drains an Envoy that has these numbers, so many ms after it began, on a clock that goes on while it waits. What it comes to,
 * after how many ms, and what was asked of Envoy.
 */
async function drain(numbersAt: (ms: number) => Numbers, options: Partial<DrainOptions> = {}) {
  let afterMs = 0;
  const asked: string[] = [];
  const admin = {
    post: async (path: string) => {
      asked.push(path);
      return { status: 200, body: "" };
    },
    stats: async () => {
      const { total = 10, active = 0, callers = 0, own = 0 } = numbersAt(afterMs);
      return new Map([
        ["http.inbound_0.0.0.0_9080.downstream_rq_total", total],
        ["http.inbound_0.0.0.0_9080.downstream_rq_active", active],
        ["http.inbound_0.0.0.0_9080.downstream_cx_active", callers],
        ["http.outbound_proxy.downstream_cx_active", own],
        ["http.admin.downstream_rq_active", 1],
      ]);
    },
  };
  const wait = async (ms: number) => {
    afterMs += ms;
  };
  const isDrained = await drainEnvoy(admin, { timeoutMs: 10_000, wait, now: () => afterMs, ...options });
  return { isDrained, afterMs, asked };
}

test("without callers it ends a second after the last request", async () => {
  expect(await drain((ms) => ({ own: 3, total: ms > 900 ? 11 : 10 }))).toEqual({
    isDrained: true,
    afterMs: 2000,
    asked: ["/healthcheck/fail", "/drain_listeners?graceful&skip_exit"],
  });
});

test("callers that have not let go of their connections may not have heard yet: it waits for them, for a while", async () => {
  expect(await drain((ms) => ({ callers: ms > 3000 ? 0 : 1 }))).toMatchObject({ isDrained: true, afterMs: 3100 });
  expect(await drain(() => ({ callers: 1 }))).toMatchObject({ isDrained: true, afterMs: 5000 });
});

test("requests in flight are waited for until the time is over, and that is told", async () => {
  const timeoutMs = 3000;
  expect(await drain(() => ({ active: 1 }), { timeoutMs })).toMatchObject({ isDrained: false, afterMs: 3000 });
  expect(await drain(() => ({ callers: 1 }), { timeoutMs }), "quiet, though connections stand").toMatchObject({
    isDrained: true,
    afterMs: 3000,
  });
});

test("whoever is told to hurry waits for nobody, also in the middle of a wait", async () => {
  const hurry = new AbortController();
  const isWaiting = Promise.withResolvers<void>();
  const wait: DrainOptions["wait"] = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener("abort", reject);
      isWaiting.resolve();
    });
  const draining = drain(() => ({ active: 1 }), { hurry: hurry.signal, wait });
  await isWaiting.promise;
  hurry.abort();
  expect(await draining).toMatchObject({ isDrained: false, afterMs: 0 });
});
