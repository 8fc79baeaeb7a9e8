import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Resource } from "#core/resource/resource.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import type { Registration } from "#server/registry/admit-instance.ts";
import { Registry, type RegistryChange, type RegistryOptions } from "#server/registry/registry.ts";
import { createRegistryStore, type RegistryStore } from "#server/registry/store.ts";

export const GROUP: Resource<"WorkloadGroup"> = {
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
export const IDENTITY = { namespace: "default", serviceAccount: "bookinfo-reviews", address: "127.0.0.1" };
export const REGISTRATION: Registration = {
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
export const KEY = "default/reviews-v1-0";
export const AWAITED = {
  health: "unhealthy",
  unhealthyReason: "its proxy has not connected to the control plane",
  isAwaited: true,
};

/** A registry on a database of its own that knows one group, reviews-v1; its grace is a minute, as storing takes its time on a busy machine. */
export class TestRegistry {
  readonly changes: RegistryChange[] = [];
  nowMs = 1_000_000;
  /** What the group is; undefined once it is deleted. */
  group: typeof GROUP | undefined = GROUP;
  readonly #dir = mkdtempSync(join(tmpdir(), "pharos-registry-"));
  #database: OpenDatabase | undefined;
  #registry: Registry | undefined;

  static async open(): Promise<TestRegistry> {
    const opened = new TestRegistry();
    opened.#database = await openDatabase(join(opened.#dir, "pharos.db"));
    await opened.restart();
    return opened;
  }

  get registry(): Registry {
    if (this.#registry === undefined) throw new Error("not open");
    return this.#registry;
  }

  /** What the database holds. */
  get store(): RegistryStore {
    if (this.#database === undefined) throw new Error("not open");
    return createRegistryStore(this.#database.db);
  }

  /** Closes the registry and opens it anew on what was stored. */
  async restart(options: Partial<RegistryOptions> = {}): Promise<void> {
    this.#registry?.close();
    this.#registry = await Registry.open({
      store: this.store,
      findGroup: (namespace, name) => (namespace === "default" && name === "reviews-v1" ? this.group : undefined),
      groupsOf: () => ["reviews-v1"],
      hasToken: async () => false,
      addresses: { allowed: [], isLoopbackMesh: true, ownAddresses: () => [], isServers: () => false },
      onChange: (change) => void this.changes.push(change),
      graceMs: 60_000,
      instancesMax: 3,
      now: () => this.nowMs,
      ...options,
    });
  }

  async close(): Promise<void> {
    this.#registry?.close();
    await this.#database?.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Keeps instances in memory: with timers that a test sets forward, all that they start has ended when they have. */
export function memoryStore(): RegistryStore {
  const kept = new Map<string, WorkloadInstance>();
  return {
    list: async () => [...kept.values()],
    upsert: async (instances) => {
      for (const instance of instances) kept.set(`${instance.namespace}/${instance.name}`, instance);
    },
    delete: async (keys) => {
      for (const key of keys) kept.delete(key);
    },
  };
}
