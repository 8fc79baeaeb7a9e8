import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { type Keys, makeKeys } from "#server/compose/make-keys.ts";
import { api } from "#server/envoy/testing/random-draw.ts";
import { MESH } from "#server/envoy/testing/random-world.ts";
import { MeshState } from "#server/services/mesh-state.ts";
import { Publisher } from "#server/services/publisher.ts";
import { silentLogger } from "#testing/loggers.ts";

const KEYS = '{"keys":[]}';

let dir: string;
let issuer: Server;
let keys: Keys | undefined;
let isAway: boolean;
beforeEach(async () => {
  isAway = true;
  dir = mkdtempSync(join(tmpdir(), "pharos-keys-"));
  issuer = createServer((_, response) => (isAway ? response.writeHead(503).end() : response.end(KEYS)));
  await new Promise<void>((done) => issuer.listen(0, "127.0.0.1", done));
});
afterEach(async () => {
  keys?.close();
  await new Promise((done) => issuer.close(done));
  rmSync(dir, { recursive: true });
});

test("keys that come while the compiler is being started reach it when it is there", async () => {
  const location = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`;
  const jwtRules = [{ issuer: "me", jwksUri: location }];
  const resources = [api("RequestAuthentication", "security", "a", "default", { jwtRules })];
  const state = new MeshState({ revision: 1, mesh: MESH, resources, instances: [] });
  const compiled: SnapshotChange[] = [];
  const mesh = {
    apply: async (change: SnapshotChange) => {
      compiled.push(change);
      return { diagnostics: [] };
    },
  };
  const publisher = new Publisher(
    state,
    () => mesh,
    () => expect.unreachable(),
  );
  keys = await makeKeys({ dir, host: "127.0.0.1" }, { state, publisher }, silentLogger);
  // So a compiler begins.
  expect(publisher.world().keySets).toBeUndefined();
  isAway = false;
  await expect.poll(() => keys?.at(location)?.fetchedAt).toEqual(expect.any(String));
  expect(compiled).toEqual([]);
  keys.open();
  expect(compiled).toMatchObject([{ keySets: { [location]: KEYS } }]);
  expect(publisher.world().keySets).toEqual({ [location]: KEYS });
});
