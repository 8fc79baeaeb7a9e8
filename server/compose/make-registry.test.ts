import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeConfig } from "#server/compose/make-config.ts";
import { makeRegistry } from "#server/compose/make-registry.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { OwnListeners } from "#server/own-listeners.ts";
import { createRegistryStore } from "#server/registry/store.ts";
import { loggerTo } from "#testing/loggers.ts";

test("an instance whose group was deleted is gone from the state that the compiler begins with", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-registry-"));
  const { db, close } = await openDatabase(join(dir, "pharos.db"));
  const instance = {
    namespace: "default",
    name: "reviews-v1-0",
    workload: "reviews-v1",
    labels: {},
    weight: 1,
    serviceAccount: "reviews",
    address: "127.0.0.1",
    ports: [],
    health: "healthy",
    locality: "",
  } as const;
  await createRegistryStore(db).upsert([instance]);
  let compiled = 0;
  const config = await makeConfig(
    db,
    { trustDomain: "cluster.local", traceSampling: 1, proxies: {} } as never,
    () => {
      compiled += 1;
      throw new Error("there is no compiler yet");
    },
    loggerTo(() => undefined),
  );
  expect(config.state.snapshot().instances).toHaveLength(1);
  const registry = await makeRegistry(
    { host: "127.0.0.1", instanceAddresses: [], instancesMax: 3 },
    config,
    { authority: { trustDomain: "cluster.local" } } as never,
    new OwnListeners(() => []),
  );
  expect(registry.list()).toEqual([]);
  expect(config.state.snapshot().instances).toEqual([]);
  expect(compiled).toBe(0);
  registry.close();
  await close();
  rmSync(dir, { recursive: true, force: true });
});
