import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Resource } from "#core/resource/resource.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import { type Registration, Registry, type RegistryChange } from "#server/registry/registry.ts";
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
const IDENTITY = { namespace: "default", serviceAccount: "bookinfo-reviews" };
const REGISTRATION: Registration = {
  namespace: "default",
  name: "reviews-v1-0",
  group: "reviews-v1",
  labels: { zone: "a" },
  serviceAccount: "bookinfo-reviews",
  address: "127.0.0.1",
  ports: [{ name: "http", appPort: 9081, inboundPort: 19081 }],
  health: "healthy",
  locality: "",
  weight: 0,
};

let dir: string;
let database: OpenDatabase;
let changes: RegistryChange[];
let registry: Registry;
let nowMs: number;
let group: typeof GROUP;

const open = () =>
  Registry.open({
    store: createRegistryStore(database.db),
    findGroup: (namespace, name) => (namespace === "default" && name === "reviews-v1" ? group : undefined),
    onChange: (change) => void changes.push(change),
    graceMs: 30,
    now: () => nowMs,
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

test("an instance takes its labels from the group, its own on top", async () => {
  const { instance } = await registry.register(REGISTRATION, IDENTITY);
  expect(instance.labels).toEqual({ tier: "front", app: "reviews", version: "v1", zone: "a" });
  expect(changes).toEqual([{ instanceUpserts: [instance], instanceDeletes: [] }]);
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

test("what an instance does not say is its group's template", async () => {
  const { address: _, ports: __, ...silent } = REGISTRATION;
  await registry.register({ ...silent, address: "", ports: [], weight: 0 }, IDENTITY);
  expect(registry.list()[0]).toMatchObject({
    address: "10.0.0.1",
    ports: [{ name: "http", appPort: 9080, inboundPort: 9080 }],
    weight: 3,
    labels: { tier: "front", app: "reviews" },
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
  await registry.register(REGISTRATION, IDENTITY);
  registry.close();
  changes = [];
  registry = await open();
  expect(registry.list()).toHaveLength(1);
  await vi.waitFor(() => expect(changes).toEqual([{ instanceUpserts: [], instanceDeletes: ["default/reviews-v1-0"] }]));
});

test("an instance whose proxy comes back in time stays", async () => {
  await registry.register(REGISTRATION, IDENTITY);
  registry.disconnected("default/reviews-v1-0");
  registry.connected("default/reviews-v1-0");
  await new Promise((resolve) => setTimeout(resolve, 60));
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

  registry.disconnected("default/reviews-v1-0");
  await registry.register(elsewhere, IDENTITY);
  nowMs += 25_001;
  await registry.register(REGISTRATION, IDENTITY);
  expect(registry.list()[0]?.ports[0]?.inboundPort).toBe(19081);
});
