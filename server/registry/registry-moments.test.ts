import { afterEach, beforeEach, expect, test } from "vitest";
import type { RegistryStore } from "#server/registry/store.ts";
import {
  GROUP,
  IDENTITY,
  KEY,
  memoryStore,
  REGISTRATION,
  TestRegistry,
} from "#server/registry/testing/test-registry.ts";

let world: TestRegistry;
beforeEach(async () => {
  world = await TestRegistry.open();
});
afterEach(() => world.close());

/** Does `work` after each number of microtasks from now: one of them falls between any two steps. */
function afterMicrotasks(count: number, work: () => void): void {
  if (count === 0) work();
  else queueMicrotask(() => afterMicrotasks(count - 1, work));
}

test.each([0, 1, 2, 3, 4, 5, 6, 8, 12])(
  "a group that changes %i microtasks after it was looked at is followed by who registers at that moment",
  async (microtasks) => {
    const { serviceAccount: _, ...template } = GROUP.spec.template;
    const spec = { ...GROUP.spec, template } as typeof GROUP.spec;
    const changed = { ...GROUP, spec: { ...spec, metadata: { labels: { app: "ratings" } } } };
    const followed = Promise.withResolvers<void>();
    let isArmed = true;
    await world.restart({
      store: memoryStore(),
      hasToken: async () => true,
      findGroup: () => {
        const group = world.group;
        if (isArmed)
          afterMicrotasks(microtasks, () => {
            if (!isArmed) return;
            isArmed = false;
            world.group = changed;
            followed.resolve(world.registry.regroup("default", "reviews-v1"));
          });
        return group;
      },
    });
    world.group = { ...GROUP, spec };
    await world.registry.register(REGISTRATION, IDENTITY);
    await followed.promise;
    expect(world.registry.list()[0]?.labels).toEqual({ tier: "front", app: "ratings" });
  },
);

test("who is revoked while its instance is being stored has none", async () => {
  const stored = Promise.withResolvers<void>();
  const store: RegistryStore = memoryStore();
  await world.restart({
    store: {
      ...store,
      upsert: async (instances) => {
        await stored.promise;
        await store.upsert(instances);
      },
    },
  });
  const registered = world.registry.register(REGISTRATION, IDENTITY);
  // It is looked at in the turn after this one at the latest, and stored until it is told to end.
  await new Promise((done) => setImmediate(done));
  const dropped = world.registry.dropOf(({ serviceAccount }) => serviceAccount === IDENTITY.serviceAccount);
  stored.resolve();
  await Promise.all([registered, dropped]);
  expect(world.registry.list()).toEqual([]);
  expect(await store.list()).toEqual([]);
  expect(world.registry.known(KEY)).toBeDefined();
});
