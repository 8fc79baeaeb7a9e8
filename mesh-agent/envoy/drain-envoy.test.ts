import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drainEnvoy } from "#mesh-agent/envoy/drain-envoy.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An Envoy with these numbers, which a test changes. */
function envoyWith(numbers: { total?: number; active?: number; callers?: number; own?: number }) {
  const state = { total: 10, active: 0, callers: 0, own: 0, ...numbers };
  const asked: string[] = [];
  const admin = {
    post: async (path: string) => {
      asked.push(path);
      return { status: 200, body: "" };
    },
    stats: async () =>
      new Map([
        ["http.inbound_0.0.0.0_9080.downstream_rq_total", state.total],
        ["http.inbound_0.0.0.0_9080.downstream_rq_active", state.active],
        ["http.inbound_0.0.0.0_9080.downstream_cx_active", state.callers],
        ["http.outbound_proxy.downstream_cx_active", state.own],
        ["http.admin.downstream_rq_active", 1],
      ]),
  };
  return { state, asked, admin };
}

/** What it comes to, and after how many ms of the clock. */
async function drain(admin: Parameters<typeof drainEnvoy>[0], timeoutMs = 10_000, hurry?: AbortSignal) {
  let ended: boolean | undefined;
  const draining = drainEnvoy(admin, timeoutMs, hurry).then((isDrained) => {
    ended = isDrained;
  });
  return {
    ended: () => ended,
    async pass(ms: number) {
      await vi.advanceTimersByTimeAsync(ms);
      return ended;
    },
    draining,
  };
}

test("without callers it ends a second after the last request", async () => {
  const { admin, state, asked } = envoyWith({ own: 3 });
  const { pass } = await drain(admin);
  expect(await pass(900)).toBeUndefined();
  state.total += 1;
  expect(await pass(1000)).toBeUndefined();
  expect(await pass(200)).toBe(true);
  expect(asked).toEqual(["/healthcheck/fail", "/drain_listeners?graceful&skip_exit"]);
});

test("callers that have not let go of their connections may not have heard yet: it waits for them, for a while", async () => {
  const { admin, state } = envoyWith({ callers: 1 });
  const { pass } = await drain(admin);
  expect(await pass(3000)).toBeUndefined();
  state.callers = 0;
  expect(await pass(200)).toBe(true);
  const held = envoyWith({ callers: 1 });
  const other = await drain(held.admin);
  expect(await other.pass(4900)).toBeUndefined();
  expect(await other.pass(300)).toBe(true);
});

test("requests in flight are waited for until the time is over, and that is told", async () => {
  const { admin, state } = envoyWith({ active: 1 });
  const { pass } = await drain(admin, 3000);
  expect(await pass(2900)).toBeUndefined();
  expect(await pass(200)).toBe(false);
  state.active = 0;
  const other = await drain(envoyWith({ callers: 1 }).admin, 3000);
  expect(await other.pass(3200), "quiet, though connections stand").toBe(true);
});

test("whoever is told to hurry waits for nobody", async () => {
  const { admin } = envoyWith({ active: 1 });
  const hurry = new AbortController();
  const { pass } = await drain(admin, 10_000, hurry.signal);
  await pass(300);
  hurry.abort();
  expect(await pass(0)).toBe(false);
});
