import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { LIMITS_METADATA } from "#core/xds/limits-metadata.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { makeLimits } from "#mesh-agent/compose/make-limits.ts";
import type { UplinkState } from "#mesh-agent/control-plane/uplink.ts";
import { LimitJournal } from "#mesh-agent/limits/limit-journal.ts";
import type { CachedResource } from "#mesh-agent/xds/cached-resource.ts";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { ResourceSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { LimitSetSchema } from "#proto/gen/pharos/limits/v1/limits_pb.js";
import { encodeGrants } from "#proto/lease-codec.ts";
import { loggerTo, silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const { RDS } = TYPE_URLS;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const rules = Buffer.from(toBinary(LimitSetSchema, create(LimitSetSchema))).toString("base64");

/** A route configuration, with limits or without; `header` stands in it. */
function routes(name: string, isLimited: boolean, header = "x"): CachedResource {
  const configuration = create(RouteConfigurationSchema, {
    name,
    requestHeadersToRemove: [header],
    ...(isLimited ? { metadata: { filterMetadata: { [LIMITS_METADATA]: { set: "some", rules } } } } : {}),
  });
  const resource = { typeUrl: RDS, value: toBinary(RouteConfigurationSchema, configuration) };
  const body = toBinary(ResourceSchema, create(ResourceSchema, { name, version: "1", resource }));
  return { name, version: "1", aliases: [], body };
}

function open(known: readonly CachedResource[] = []) {
  const dir = temporaryDir(cleanup);
  const cache = DiskCache.open(join(dir, "cache.db"), silentLogger);
  cleanup.add(() => cache.close());
  cache.commit({ type: RDS, upserts: known, removes: [] });
  const paths = {
    ...{ limitMembers: join(dir, "members"), limitJournals: join(dir, "journals") },
    limitsSocket: join(dir, "sockets", "limits.sock"),
  };
  mkdirSync(join(dir, "sockets"));
  const told: string[] = [];
  const uplink = {
    state: { kind: "down", reason: "a test" } as UplinkState,
    onChange: () => () => true,
    unary: (path: string) => {
      told.push(path);
      return Promise.resolve(Buffer.from(encodeGrants([])));
    },
  };
  const said: string[] = [];
  const log = loggerTo((level, message) => level === "error" && said.push(message));
  const limits = makeLimits({ namespace: "shop", name: "web-0" }, paths, { uplink, cache }, log);
  cleanup.add(() => limits.close());
  const isHeard = () =>
    new Promise<boolean>((done) => {
      const socket = connect(paths.limitsSocket, () => socket.end(() => done(true)));
      socket.on("error", () => done(false));
    });
  return { cache, paths, told, said, limits, isHeard };
}

test("where nothing is limited there is no thread, whatever else Envoy is given", async () => {
  const { limits, paths, cache } = open([routes("plain", false)]);
  await limits.listen();
  // The name alone is no limit.
  const given = [routes("plain", false), routes("named", false, LIMITS_METADATA)];
  expect([limits.prepare(RDS, given), limits.prepare(TYPE_URLS.CDS, [routes("cluster", true)])]).toEqual([
    undefined,
    undefined,
  ]);
  cache.commit({ type: RDS, upserts: given, removes: [] });
  expect([(await limits.stats()).keys, existsSync(paths.limitsSocket)]).toEqual([0, false]);
});

test("the first limit is held back until the thread answers, which stays when the last is gone", async () => {
  const { limits, isHeard, cache } = open();
  await limits.listen();
  expect(await isHeard()).toBe(false);
  const limited = [routes("limited", true)];
  const held = [limits.prepare(RDS, limited), limits.prepare(RDS, limited)];
  await held[0];
  expect(await isHeard()).toBe(true);
  await held[1];
  expect(limits.prepare(RDS, limited)).toBe(undefined);
  cache.commit({ type: RDS, upserts: limited, removes: [] });
  cache.commit({ type: RDS, upserts: [], removes: ["limited"] });
  await limits.stats();
  expect([await isHeard(), limits.prepare(RDS, limited)]).toEqual([true, undefined]);
});

test("what Envoy may have from before is answered before it is started", async () => {
  const { limits, isHeard } = open([routes("limited", true)]);
  await limits.listen();
  expect(await isHeard()).toBe(true);
});

test("what former runs let through is told though nothing is limited any more", async () => {
  const { limits, paths, told } = open();
  const journal = new LimitJournal(paths.limitJournals, "a0b0e7c1-6a3c-4c8e-9a55-0f7d7e3f1a09", silentLogger);
  journal.took("a", 5);
  journal.close();
  await limits.listen();
  await eventually("it is told", () => (readdirSync(paths.limitJournals).length === 0 ? true : undefined));
  expect(told.length).toBeGreaterThan(0);
});

test("configuration is not held back for ever where the thread cannot begin, and the log says why", async () => {
  const { limits, paths, said } = open();
  await limits.listen();
  // Nobody can listen where a directory with something in it stands.
  mkdirSync(join(paths.limitsSocket, "taken"), { recursive: true });
  const limited = [routes("limited", true)];
  await Promise.all([limits.prepare(RDS, limited), limits.prepare(RDS, limited)]);
  expect([limits.prepare(RDS, limited), said[0]]).toEqual([
    undefined,
    "the thread that decides limits cannot begin; it is started again",
  ]);
});
