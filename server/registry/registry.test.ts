import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PharosError } from "#core/errors.ts";
import type { Resource } from "#core/resource/resource.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import type { Registration } from "#server/registry/admit-instance.ts";
import { Registry, type RegistryChange, type RegistryOptions } from "#server/registry/registry.ts";
import { createRegistryStore } from "#server/registry/store.ts";

const GROUP: Resource<"WorkloadGroup"> = {
  apiVersion: "networking.istio.io/v1",
  kind: "WorkloadGroup",
  metadata: { name: "reviews-v1", namespace: "default" },
  spec: {
    metadata: { labels: { app: "reviews", version: "v1" } },
    template: {
      serviceAccount: "bookinfo-reviews",
      ports: { http: 9080 },
      weight: 3,
      address: "10.0.0.1",
      labels: { tier: "front" },
    },
  },
};
const IDENTITY = { namespace: "default", serviceAccount: "bookinfo-reviews", address: "127.0.0.1" };
const REGISTRATION: Registration = {
  namespace: "default",
  name: "reviews-v1-0",
  group: "reviews-v1",
  labels: {},
  serviceAccount: "bookinfo-reviews",
  address: "127.0.0.1",
  ports: [{ name: "http", appPort: 9081, inboundPort: 19081 }],
  health: "healthy",
  locality: "",
  weight: 0,
};

/** Of tests that wait for its end; others have a minute, as storing takes its time on a busy machine. */
const GRACE_MS = 30;
const FULL = new PharosError("exhausted", "the disk that holds database pharos.db is full");

let dir: string;
let database: OpenDatabase;
let changes: RegistryChange[];
let registry: Registry;
let nowMs: number;
let group: typeof GROUP;

const open = (options: Partial<RegistryOptions> = {}) =>
  Registry.open({
    store: createRegistryStore(database.db),
    findGroup: (namespace, name) => (namespace === "default" && name === "reviews-v1" ? group : undefined),
    groupsOf: () => ["reviews-v1"],
    hasToken: async () => false,
    addresses: { allowed: [], isLoopbackMesh: true, ownAddresses: () => [] },
    onChange: (change) => void changes.push(change),
    graceMs: 60_000,
    instancesMax: 3,
    now: () => nowMs,
    ...options,
  });

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-registry-"));
  database = await openDatabase(join(dir, "pharos.db"));
  changes = [];
  nowMs = 1_000_000;
  group = GROUP;
  registry = await open();
});
afterEach(async () => {
  registry.close();
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

const KEY = "default/reviews-v1-0";
const AWAITED = {
  health: "unhealthy",
  unhealthyReason: "its proxy has not connected to the control plane",
  isAwaited: true,
};

test("an instance takes its labels from the group, and is announced as it says once its proxy has connected", async () => {
  const { instance } = await registry.register(REGISTRATION, IDENTITY);
  expect(instance.labels).toEqual({ tier: "front", app: "reviews", version: "v1" });
  expect(changes).toEqual([{ instanceUpserts: [{ ...instance, ...AWAITED }], instanceDeletes: [] }]);
  registry.connected(KEY);
  await expect.poll(() => changes[1]).toEqual({ instanceUpserts: [instance], instanceDeletes: [] });
  expect(registry.list()).toEqual([instance]);
});

test("a proxy that came before its agent registered has come", async () => {
  registry.connected(KEY);
  const { instance } = await registry.register(REGISTRATION, IDENTITY);
  expect(registry.list()).toEqual([instance]);
});

test("one whose proxy never comes is no endpoint, over a restart too, and goes when its agent is not heard any more", async () => {
  await registry.register(REGISTRATION, IDENTITY);
  registry.close();
  registry = await open();
  expect(registry.list()).toMatchObject([AWAITED]);
  await registry.register(REGISTRATION, IDENTITY);
  expect(registry.list()).toMatchObject([AWAITED]);
  registry.close();
  registry = await open({ graceMs: GRACE_MS });
  await vi.waitFor(() => expect(registry.list()).toEqual([]));
  expect(registry.known(KEY)).toMatchObject({ workload: "reviews-v1" });
});

test("heartbeats alone do not keep one whose proxy has left", async () => {
  registry.close();
  registry = await open({ graceMs: GRACE_MS });
  registry.connected(KEY);
  await registry.register(REGISTRATION, IDENTITY);
  registry.disconnected(KEY);
  await vi.waitFor(async () => {
    await registry.register(REGISTRATION, IDENTITY);
    expect(registry.list()).toMatchObject([AWAITED]);
  });
});

test("a proxy with two streams has left when both have ended", async () => {
  registry.close();
  registry = await open({ graceMs: GRACE_MS });
  for (const id of ["a", "b"]) registry.connected(KEY, id);
  await registry.register(REGISTRATION, IDENTITY);
  registry.disconnected(KEY, "a");
  await new Promise((resolve) => setTimeout(resolve, 2 * GRACE_MS));
  expect(registry.list()).toHaveLength(1);
  registry.disconnected(KEY, "b");
  await vi.waitFor(() => expect(registry.list()).toEqual([]));
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
    group = { ...GROUP, spec: { ...GROUP.spec, template: { ...GROUP.spec.template } } };
    delete (group.spec.template as { serviceAccount?: string }).serviceAccount;
  };

  test("is not registered while somebody is there, nor is another account's after that while it may come back", async () => {
    registry.close();
    registry = await open({ graceMs: 60_000, hasToken: async () => true });
    openToAll();
    registry.connected("default/reviews-v1-0");
    await registry.register(at("reviews-v1-0", 19081), IDENTITY);
    const taken =
      /is at 127\.0\.0\.1 ports 19081, where instance default\/reviews-v1-0 of account bookinfo-reviews is registered/;
    for (const [said, caller] of [
      [{}, IDENTITY],
      [asOther, OTHER],
    ] as const)
      await expect(registry.register({ ...at("reviews-v1-1", 19081), ...said }, caller)).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringMatching(taken),
      });
    registry.disconnected("default/reviews-v1-0");
    await expect(registry.register({ ...at("reviews-v1-1", 19081), ...asOther }, OTHER)).rejects.toMatchObject({
      code: "unavailable",
    });
    await registry.register(at("reviews-v1-1", 19081), IDENTITY);
    expect(registry.list()).toHaveLength(2);
  });

  test("under its name is not registered", async () => {
    registry.close();
    registry = await open({ hasToken: async () => true });
    openToAll();
    await registry.register(at("reviews-v1-0", 19081), IDENTITY);
    await expect(registry.register({ ...at("reviews-v1-0", 19082), ...asOther }, OTHER)).rejects.toMatchObject({
      code: "conflict",
      message: "instance default/reviews-v1-0 is registered by account bookinfo-reviews",
    });
  });
});

test("an account has as many instances as it may, however many come at the same moment", async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) =>
      registry.register(
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
  await registry.deregister("default", "reviews-v1-0", IDENTITY);
  await registry.register({ ...REGISTRATION, name: "reviews-v1-9" }, IDENTITY);
});

test("a host's clock that is too far off is known until it is near again, and is no change of the instance", async () => {
  const clock = async (aheadMs: number) => {
    await registry.register({ ...REGISTRATION, sentAtMs: nowMs + aheadMs }, IDENTITY);
    return registry.clockAheadMs("default/reviews-v1-0");
  };
  expect(await clock(299_000)).toBeUndefined();
  expect(await clock(300_400)).toBe(300_000);
  expect(await clock(-3_600_000)).toBe(-3_600_000);
  expect(changes).toHaveLength(1);
  expect(await clock(1000)).toBeUndefined();
  await clock(600_000);
  await registry.deregister("default", "reviews-v1-0", IDENTITY);
  expect(registry.clockAheadMs("default/reviews-v1-0")).toBeUndefined();
});

describe("an agent that asks no more, while its proxy stays", () => {
  const regroup = async (as: typeof GROUP | undefined) => {
    await registry.register(REGISTRATION, IDENTITY);
    registry.connected(KEY);
    await vi.waitFor(() => expect(changes.at(-1)?.instanceUpserts[0]?.health).toBe("healthy"));
    group = as as typeof GROUP;
    await registry.regroup("default", "another");
    expect(registry.list()[0]?.labels).toMatchObject({ app: "reviews" });
    await registry.regroup("default", "reviews-v1");
  };
  const withTemplate = (template: Partial<(typeof GROUP)["spec"]["template"]>) => ({
    ...GROUP,
    spec: { ...GROUP.spec, template: { ...GROUP.spec.template, ...template } },
  });

  test.each([
    ["is deleted", undefined],
    ["is another account's", withTemplate({ serviceAccount: "ratings" })],
    ["names no account any more", withTemplate({ serviceAccount: undefined as never })],
  ])("loses its place when its group %s", async (_, as) => {
    await regroup(as);
    expect(registry.list()).toEqual([]);
    expect(changes.at(-1)).toEqual({ instanceUpserts: [], instanceDeletes: [KEY] });
  });

  test("has the labels and the weight that its group has now", async () => {
    await regroup({
      ...GROUP,
      spec: { metadata: { labels: { app: "ratings" } }, template: { ...GROUP.spec.template, weight: 7 } },
    });
    expect(registry.list()).toMatchObject([
      { labels: { tier: "front", app: "ratings" }, weight: 7, health: "healthy" },
    ]);
    expect(registry.list()[0]?.labels).not.toHaveProperty("version");
    expect(changes.at(-1)?.instanceUpserts).toEqual(registry.list());
  });
});

test("what an instance does not say is its group's template", async () => {
  const { address: _, ports: __, ...silent } = REGISTRATION;
  await registry.register({ ...silent, address: "", ports: [], weight: 0 }, IDENTITY);
  expect(registry.list()[0]).toMatchObject({
    address: "10.0.0.1",
    ports: [{ name: "http", appPort: 9080, inboundPort: 9080 }],
    weight: 3,
  });
});

test("what an agent says of its host is kept while it says it, within bounds, and announced to no proxy", async () => {
  const problems = ["/etc/certs/tls.crt is not there; nothing is served in its place"];
  await registry.register({ ...REGISTRATION, problems }, IDENTITY);
  await registry.register({ ...REGISTRATION, problems: Array.from({ length: 50 }, () => "x".repeat(5000)) }, IDENTITY);
  expect(registry.problems("default/reviews-v1-0")).toHaveLength(20);
  expect(Math.max(...registry.problems("default/reviews-v1-0").map((text) => text.length))).toBeLessThan(1000);
  await registry.register({ ...REGISTRATION, problems }, IDENTITY);
  expect(registry.problems("default/reviews-v1-0")).toEqual(problems);
  await registry.register(REGISTRATION, IDENTITY);
  expect(registry.problems("default/reviews-v1-0")).toEqual([]);
  expect(changes).toHaveLength(1);
});

test("a heartbeat that says nothing new is not announced", async () => {
  await registry.register(REGISTRATION, IDENTITY);
  await registry.register(REGISTRATION, IDENTITY);
  expect(changes).toHaveLength(1);
});

test.each([
  ["another account's instance", { serviceAccount: "bookinfo-ratings" }, "forbidden"],
  ["an instance of another namespace", { namespace: "prod" }, "forbidden"],
  ["a group that does not exist", { group: "reviews-v9" }, "not-found"],
  ["a label that its group gives another value", { labels: { app: "ratings" } }, "forbidden"],
  ["a port out of range", { ports: [{ name: "http", appPort: 70_000, inboundPort: 1 }] }, "invalid"],
] as const)("refuses %s", async (_, difference, code) => {
  await expect(registry.register({ ...REGISTRATION, ...difference }, IDENTITY)).rejects.toMatchObject({ code });
  expect(registry.list()).toEqual([]);
});

test("where the application is to be asked, a new instance proves itself first, and one that was well stays so meanwhile", async () => {
  const unknown = { ...REGISTRATION, health: "unknown" } as const;
  registry.connected(KEY);
  expect((await registry.register(unknown, IDENTITY)).instance.health).toBe("healthy");
  await registry.deregister("default", "reviews-v1-0", IDENTITY);
  group = { ...GROUP, spec: { ...GROUP.spec, probe: { tcpSocket: { port: 9081 } } } };
  const { instance, probe } = await registry.register(unknown, IDENTITY);
  expect(instance.health).toBe("unhealthy");
  const failed = { ...REGISTRATION, health: "unhealthy", unhealthyReason: "GET / answers 500" } as const;
  expect((await registry.register(failed, IDENTITY)).instance.unhealthyReason).toBe("GET / answers 500");
  expect(probe).toEqual({ tcpSocket: { port: 9081 } });
  await registry.register(REGISTRATION, IDENTITY);
  expect((await registry.register(unknown, IDENTITY)).instance.health).toBe("healthy");
});

test("an instance outlives a restart of the server, and is dropped when nobody comes back for it", async () => {
  registry.connected(KEY);
  await registry.register(REGISTRATION, IDENTITY);
  registry.close();
  changes = [];
  registry = await open({ graceMs: GRACE_MS });
  expect(registry.list()).toHaveLength(1);
  await vi.waitFor(() => expect(changes).toEqual([{ instanceUpserts: [], instanceDeletes: ["default/reviews-v1-0"] }]));
});

test("an instance whose proxy comes back in time stays", async () => {
  registry.close();
  registry = await open({ graceMs: GRACE_MS });
  registry.connected(KEY);
  await registry.register(REGISTRATION, IDENTITY);
  registry.disconnected("default/reviews-v1-0");
  registry.connected("default/reviews-v1-0");
  await new Promise((resolve) => setTimeout(resolve, 2 * GRACE_MS));
  expect(registry.list()).toHaveLength(1);
});

test("only its own account may take an instance away", async () => {
  await registry.register(REGISTRATION, IDENTITY);
  await expect(
    registry.deregister("default", "reviews-v1-0", { ...IDENTITY, serviceAccount: "thief" }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await registry.deregister("default", "reviews-v1-0", IDENTITY);
  expect(registry.list()).toEqual([]);
});

test("of two agents by one name the one that is there stays; one that left, or is silent, is followed", async () => {
  const elsewhere = { ...REGISTRATION, ports: [{ name: "http", appPort: 9082, inboundPort: 19082 }] };
  await registry.register(REGISTRATION, IDENTITY);
  await expect(registry.register(elsewhere, IDENTITY)).rejects.toMatchObject({
    code: "conflict",
    message:
      "instance default/reviews-v1-0 is another agent's, at 127.0.0.1 ports 19081; this one is at 127.0.0.1 ports 19082",
  });
  expect(registry.list()[0]?.ports[0]?.inboundPort).toBe(19081);
  await registry.register({ ...REGISTRATION, health: "draining" }, IDENTITY);

  registry.connected("default/reviews-v1-0");
  registry.disconnected("default/reviews-v1-0");
  await registry.register(elsewhere, IDENTITY);
  nowMs += 25_001;
  await registry.register(REGISTRATION, IDENTITY);
  expect(registry.list()[0]?.ports[0]?.inboundPort).toBe(19081);
});

test("a full disk keeps nothing from callers; what it did not take is stored when there is room", async () => {
  registry.close();
  const store = createRegistryStore(database.db);
  let isFull = false;
  const whereRoom = <T>(work: () => Promise<T>) => (isFull ? Promise.reject(FULL) : work());
  registry = await open({
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
  await registry.register(other, IDENTITY);
  isFull = true;
  await registry.register(REGISTRATION, IDENTITY);
  await registry.deregister("default", "reviews-v1-1", IDENTITY);
  expect(registry.list().map(({ name }) => name)).toEqual(["reviews-v1-0"]);
  expect((await store.list()).map(({ name }) => name)).toEqual(["reviews-v1-1"]);
  isFull = false;
  await registry.register(REGISTRATION, IDENTITY);
  expect((await store.list()).map(({ name }) => name)).toEqual(["reviews-v1-0"]);
});

describe("a group that is deleted", () => {
  const other = {
    ...REGISTRATION,
    name: "reviews-v1-1",
    ports: [{ name: "http", appPort: 9082, inboundPort: 19_082 }],
  };
  const deleteGroup = () => {
    group = undefined as unknown as typeof GROUP;
  };

  test("has no instances after a restart either", async () => {
    await registry.register(REGISTRATION, IDENTITY);
    registry.close();
    deleteGroup();
    registry = await open();
    expect(registry.list()).toEqual([]);
    expect(await createRegistryStore(database.db).list()).toEqual([]);
  });

  test("loses each of its instances, whatever becomes of another, and that one when it can be", async () => {
    registry.close();
    const store = createRegistryStore(database.db);
    let isBroken = true;
    registry = await open({
      regroupMs: 1,
      store: {
        ...store,
        delete: (keys) =>
          isBroken && keys.includes(KEY) ? Promise.reject(new Error("disk I/O error")) : store.delete(keys),
      },
    });
    await registry.register(REGISTRATION, IDENTITY);
    await registry.register(other, IDENTITY);
    deleteGroup();
    await registry.regroup("default", "reviews-v1");
    expect(registry.list().map(({ name }) => name)).toEqual(["reviews-v1-0"]);
    isBroken = false;
    await vi.waitFor(() => expect(registry.list()).toEqual([]));
  });

  test("lets nobody in whose token was being looked up", async () => {
    registry.close();
    const lookUp = Promise.withResolvers<boolean>();
    registry = await open({ hasToken: () => lookUp.promise });
    group = {
      ...GROUP,
      spec: { ...GROUP.spec, template: { ...GROUP.spec.template, serviceAccount: undefined as never } },
    };
    const registered = registry.register(REGISTRATION, IDENTITY);
    deleteGroup();
    await registry.regroup("default", "reviews-v1");
    lookUp.resolve(true);
    await expect(registered).rejects.toMatchObject({ code: "not-found" });
    expect(registry.list()).toEqual([]);
  });
});

test("one that registers again while it is taken away is there, and goes when it is not heard any more", async () => {
  registry.close();
  registry = await open({ graceMs: GRACE_MS });
  await registry.register(REGISTRATION, IDENTITY);
  const left = registry.deregister("default", "reviews-v1-0", IDENTITY);
  await registry.register(REGISTRATION, IDENTITY);
  await left;
  expect(changes.map(({ instanceDeletes }) => instanceDeletes)).toEqual([[], [KEY], []]);
  await vi.waitFor(() => expect(registry.list()).toEqual([]));
});
