import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  AWAITED,
  IDENTITY,
  KEY,
  memoryStore,
  REGISTRATION,
  TestRegistry,
} from "#server/registry/testing/test-registry.ts";

/** Of tests that wait for its end. */
const GRACE_MS = 30;

let world: TestRegistry;
beforeEach(async () => {
  world = await TestRegistry.open();
});
afterEach(async () => {
  vi.useRealTimers();
  await world.close();
});

/** From here on grace runs as the test sets the timers forward. */
async function restartWithSetTimers(): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  await world.restart({ graceMs: GRACE_MS, store: memoryStore() });
}

test("a proxy that came before its agent registered has come", async () => {
  world.registry.connected(KEY);
  const { instance } = await world.registry.register(REGISTRATION, IDENTITY);
  expect(world.registry.list()).toEqual([instance]);
});

test("one whose proxy never comes is no endpoint, over a restart too, and goes when its agent is not heard any more", async () => {
  await world.registry.register(REGISTRATION, IDENTITY);
  await world.restart();
  expect(world.registry.list()).toMatchObject([AWAITED]);
  await world.registry.register(REGISTRATION, IDENTITY);
  expect(world.registry.list()).toMatchObject([AWAITED]);
  await world.restart({ graceMs: GRACE_MS });
  await expect.poll(() => world.registry.list()).toEqual([]);
  expect(world.registry.known(KEY)).toMatchObject({ workload: "reviews-v1" });
});

test("heartbeats alone do not keep one whose proxy has left", async () => {
  await world.restart({ graceMs: GRACE_MS });
  world.registry.connected(KEY);
  await world.registry.register(REGISTRATION, IDENTITY);
  world.registry.disconnected(KEY);
  await expect
    .poll(async () => {
      await world.registry.register(REGISTRATION, IDENTITY);
      return world.registry.list();
    })
    .toMatchObject([AWAITED]);
});

test("a proxy with two streams has left when both have ended", async () => {
  await restartWithSetTimers();
  for (const id of ["a", "b"]) world.registry.connected(KEY, id);
  await world.registry.register(REGISTRATION, IDENTITY);
  world.registry.disconnected(KEY, "a");
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  expect(world.registry.list()).toHaveLength(1);
  world.registry.disconnected(KEY, "b");
  await vi.advanceTimersByTimeAsync(GRACE_MS);
  expect(world.registry.list()).toEqual([]);
});

test("an instance outlives a restart of the server, and is dropped when nobody comes back for it", async () => {
  world.registry.connected(KEY);
  await world.registry.register(REGISTRATION, IDENTITY);
  world.changes.length = 0;
  await world.restart({ graceMs: GRACE_MS });
  expect(world.registry.list()).toHaveLength(1);
  await expect.poll(() => world.changes).toEqual([{ instanceUpserts: [], instanceDeletes: ["default/reviews-v1-0"] }]);
});

test("an instance whose proxy comes back in time stays", async () => {
  await restartWithSetTimers();
  world.registry.connected(KEY);
  await world.registry.register(REGISTRATION, IDENTITY);
  world.registry.disconnected("default/reviews-v1-0");
  world.registry.connected("default/reviews-v1-0");
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  expect(world.registry.list()).toHaveLength(1);
});

test("one that registers again while it is taken away is there, and goes when it is not heard any more", async () => {
  await restartWithSetTimers();
  await world.registry.register(REGISTRATION, IDENTITY);
  const left = world.registry.deregister("default", "reviews-v1-0", IDENTITY);
  await world.registry.register(REGISTRATION, IDENTITY);
  await left;
  expect(world.changes.map(({ instanceDeletes }) => instanceDeletes)).toEqual([[], [KEY], []]);
  await vi.advanceTimersByTimeAsync(2 * GRACE_MS);
  expect(world.registry.list()).toEqual([]);
});
