import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import { AWAITED, GROUP, IDENTITY, KEY, REGISTRATION, TestRegistry } from "#server/registry/testing/test-registry.ts";

const FULL = new PharosError("exhausted", "the disk that holds database pharos.db is full");

let world: TestRegistry;
beforeEach(async () => {
  world = await TestRegistry.open();
});
afterEach(() => world.close());

test("an instance takes its labels from the group, and is announced as it says once its proxy has connected", async () => {
  const { instance } = await world.registry.register(REGISTRATION, IDENTITY);
  expect(instance.labels).toEqual({ tier: "front", app: "reviews", version: "v1" });
  expect(world.changes).toEqual([{ instanceUpserts: [{ ...instance, ...AWAITED }], instanceDeletes: [] }]);
  world.registry.connected(KEY);
  await expect.poll(() => world.changes[1]).toEqual({ instanceUpserts: [instance], instanceDeletes: [] });
  expect(world.registry.list()).toEqual([instance]);
});

describe("another's place", () => {
  const at = (name: string, inboundPort: number) => ({
    ...REGISTRATION,
    name,
    ports: [{ name: "http", appPort: 9081, inboundPort }],
  });
  const OTHER = { ...IDENTITY, serviceAccount: "other" };
  const asOther = { serviceAccount: "other", group: "reviews-v1" };
  const openToAll = () => {
    world.group = { ...GROUP, spec: { ...GROUP.spec, template: { ...GROUP.spec.template } } };
    delete (world.group.spec.template as { serviceAccount?: string }).serviceAccount;
  };

  test("is not registered while somebody is there, nor is another account's after that while it may come back", async () => {
    await world.restart({ graceMs: 60_000, hasToken: async () => true });
    openToAll();
    world.registry.connected("default/reviews-v1-0");
    await world.registry.register(at("reviews-v1-0", 19081), IDENTITY);
    const taken =
      /is at 127\.0\.0\.1 ports 19081, where instance default\/reviews-v1-0 of account bookinfo-reviews is registered/;
    for (const [said, caller] of [
      [{}, IDENTITY],
      [asOther, OTHER],
    ] as const)
      await expect(world.registry.register({ ...at("reviews-v1-1", 19081), ...said }, caller)).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringMatching(taken),
      });
    world.registry.disconnected("default/reviews-v1-0");
    await expect(world.registry.register({ ...at("reviews-v1-1", 19081), ...asOther }, OTHER)).rejects.toMatchObject({
      code: "unavailable",
    });
    await world.registry.register(at("reviews-v1-1", 19081), IDENTITY);
    expect(world.registry.list()).toHaveLength(2);
  });

  test("under its name is not registered", async () => {
    await world.restart({ hasToken: async () => true });
    openToAll();
    await world.registry.register(at("reviews-v1-0", 19081), IDENTITY);
    await expect(world.registry.register({ ...at("reviews-v1-0", 19082), ...asOther }, OTHER)).rejects.toMatchObject({
      code: "conflict",
      message: "instance default/reviews-v1-0 is registered by account bookinfo-reviews",
    });
  });
});

test("an account has as many instances as it may, however many come at the same moment", async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) =>
      world.registry.register(
        {
          ...REGISTRATION,
          name: `reviews-v1-${at}`,
          ports: [{ name: "http", appPort: 9081, inboundPort: 20_000 + at }],
        },
        IDENTITY,
      ),
    ),
  );
  expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  expect(all.at(-1)).toMatchObject({
    reason: { code: "exhausted", message: "account default/bookinfo-reviews has 3 instances, the most one may have" },
  });
  await world.registry.deregister("default", "reviews-v1-0", IDENTITY);
  await world.registry.register({ ...REGISTRATION, name: "reviews-v1-9" }, IDENTITY);
});

test("a host's clock that is too far off is known until it is near again, and is no change of the instance", async () => {
  const clock = async (aheadMs: number) => {
    await world.registry.register({ ...REGISTRATION, sentAtMs: world.nowMs + aheadMs }, IDENTITY);
    return world.registry.clockAheadMs("default/reviews-v1-0");
  };
  expect(await clock(299_000)).toBeUndefined();
  expect(await clock(300_400)).toBe(300_000);
  expect(await clock(-3_600_000)).toBe(-3_600_000);
  expect(world.changes).toHaveLength(1);
  expect(await clock(1000)).toBeUndefined();
  await clock(600_000);
  await world.registry.deregister("default", "reviews-v1-0", IDENTITY);
  expect(world.registry.clockAheadMs("default/reviews-v1-0")).toBeUndefined();
});

test("what an agent says of its host is kept while it says it, within bounds, and announced to no proxy", async () => {
  const problems = ["/etc/certs/tls.crt is not there; nothing is served in its place"];
  await world.registry.register({ ...REGISTRATION, problems }, IDENTITY);
  await world.registry.register(
    { ...REGISTRATION, problems: Array.from({ length: 50 }, () => "x".repeat(5000)) },
    IDENTITY,
  );
  expect(world.registry.problems("default/reviews-v1-0")).toHaveLength(20);
  expect(Math.max(...world.registry.problems("default/reviews-v1-0").map((text) => text.length))).toBeLessThan(1000);
  await world.registry.register({ ...REGISTRATION, problems }, IDENTITY);
  expect(world.registry.problems("default/reviews-v1-0")).toEqual(problems);
  await world.registry.register(REGISTRATION, IDENTITY);
  expect(world.registry.problems("default/reviews-v1-0")).toEqual([]);
  expect(world.changes).toHaveLength(1);
});

test("a heartbeat that says nothing new is not announced", async () => {
  await world.registry.register(REGISTRATION, IDENTITY);
  await world.registry.register(REGISTRATION, IDENTITY);
  expect(world.changes).toHaveLength(1);
});

test.each([
  ["another account's instance", { serviceAccount: "bookinfo-ratings" }, "forbidden"],
  ["an instance of another namespace", { namespace: "prod" }, "forbidden"],
  ["a group that does not exist", { group: "reviews-v9" }, "not-found"],
  ["a label that its group gives another value", { labels: { app: "ratings" } }, "forbidden"],
  ["a port out of range", { ports: [{ name: "http", appPort: 70_000, inboundPort: 1 }] }, "invalid"],
] as const)("refuses %s", async (_, difference, code) => {
  await expect(world.registry.register({ ...REGISTRATION, ...difference }, IDENTITY)).rejects.toMatchObject({ code });
  expect(world.registry.list()).toEqual([]);
});

test("where the application is to be asked, a new instance proves itself first, and one that was well stays so meanwhile", async () => {
  const unknown = { ...REGISTRATION, health: "unknown" } as const;
  world.registry.connected(KEY);
  expect((await world.registry.register(unknown, IDENTITY)).instance.health).toBe("healthy");
  await world.registry.deregister("default", "reviews-v1-0", IDENTITY);
  world.group = { ...GROUP, spec: { ...GROUP.spec, probe: { tcpSocket: { port: 9081 } } } };
  const { instance, probe } = await world.registry.register(unknown, IDENTITY);
  expect(instance.health).toBe("unhealthy");
  const failed = { ...REGISTRATION, health: "unhealthy", unhealthyReason: "GET / answers 500" } as const;
  expect((await world.registry.register(failed, IDENTITY)).instance.unhealthyReason).toBe("GET / answers 500");
  expect(probe?.question).toEqual({ kind: "tcp", host: undefined, port: 9081 });
  await world.registry.register(REGISTRATION, IDENTITY);
  expect((await world.registry.register(unknown, IDENTITY)).instance.health).toBe("healthy");
});

test("only its own account may take an instance away", async () => {
  await world.registry.register(REGISTRATION, IDENTITY);
  await expect(
    world.registry.deregister("default", "reviews-v1-0", { ...IDENTITY, serviceAccount: "thief" }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await world.registry.deregister("default", "reviews-v1-0", IDENTITY);
  expect(world.registry.list()).toEqual([]);
});

test("of two agents by one name the one that is there stays; one that left, or is silent, is followed", async () => {
  const elsewhere = { ...REGISTRATION, ports: [{ name: "http", appPort: 9082, inboundPort: 19082 }] };
  await world.registry.register(REGISTRATION, IDENTITY);
  await expect(world.registry.register(elsewhere, IDENTITY)).rejects.toMatchObject({
    code: "conflict",
    message:
      "instance default/reviews-v1-0 is another agent's, at 127.0.0.1 ports 19081; this one is at 127.0.0.1 ports 19082",
  });
  expect(world.registry.list()[0]?.ports[0]?.inboundPort).toBe(19081);
  await world.registry.register({ ...REGISTRATION, health: "draining" }, IDENTITY);

  world.registry.connected("default/reviews-v1-0");
  world.registry.disconnected("default/reviews-v1-0");
  await world.registry.register(elsewhere, IDENTITY);
  world.nowMs += 25_001;
  await world.registry.register(REGISTRATION, IDENTITY);
  expect(world.registry.list()[0]?.ports[0]?.inboundPort).toBe(19081);
});

test("a full disk keeps nothing from callers; what it did not take is stored when there is room", async () => {
  const store = world.store;
  let isFull = false;
  const whereRoom = <T>(work: () => Promise<T>) => (isFull ? Promise.reject(FULL) : work());
  await world.restart({
    graceMs: 60_000,
    store: {
      list: store.list,
      upsert: (instances) => whereRoom(() => store.upsert(instances)),
      delete: (keys) => whereRoom(() => store.delete(keys)),
    },
  });
  const other = {
    ...REGISTRATION,
    name: "reviews-v1-1",
    ports: [{ name: "http", appPort: 9082, inboundPort: 19_082 }],
  };
  await world.registry.register(other, IDENTITY);
  isFull = true;
  await world.registry.register(REGISTRATION, IDENTITY);
  await world.registry.deregister("default", "reviews-v1-1", IDENTITY);
  expect(world.registry.list().map(({ name }) => name)).toEqual(["reviews-v1-0"]);
  expect((await store.list()).map(({ name }) => name)).toEqual(["reviews-v1-1"]);
  isFull = false;
  await world.registry.register(REGISTRATION, IDENTITY);
  expect((await store.list()).map(({ name }) => name)).toEqual(["reviews-v1-0"]);
});

test("what was registered where the server listens since is taken away when it starts", async () => {
  await world.registry.register(REGISTRATION, IDENTITY);
  const addresses = {
    allowed: [],
    isLoopbackMesh: true,
    ownAddresses: () => [],
    isServers: (address: string, port: number) => address === "127.0.0.1" && port === 19_081,
  };
  await world.restart({ addresses });
  expect(world.registry.list()).toEqual([]);
  expect(await world.store.list()).toEqual([]);
  await expect(world.registry.register(REGISTRATION, IDENTITY)).rejects.toMatchObject({ code: "conflict" });
});
