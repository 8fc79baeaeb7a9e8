import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc } from "#grpc/client.ts";
import { GrpcServer } from "#grpc/server.ts";
import type { UplinkState } from "#mesh-agent/control-plane/uplink.ts";
import { DiskCache } from "#mesh-agent/xds/disk-cache.ts";
import { RelayServer } from "#mesh-agent/xds/relay-server.ts";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { ADS_PATH, FakeAds } from "#testing/fake-ads.ts";
import { silentLogger as log } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const { CDS, RDS } = TYPE_URLS;
const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const resource = (type: string, name: string) => ({ type, name, version: "1", body: Buffer.from(name) });

test("what Envoy will ask this host about waits until it is there, and what comes after waits with it", async () => {
  const dir = temporaryDir(cleanup);
  const ads = new FakeAds();
  const plane = new GrpcServer({ methods: new Map([[ADS_PATH, ads.method]]) });
  const port = await plane.listen({ host: "127.0.0.1", port: 0 });
  cleanup.add(() => plane.close());
  const client = await connectGrpc({ address: `127.0.0.1:${port}` });
  cleanup.add(() => client.close());
  const cache = DiskCache.open(join(dir, "cache.db"), log);
  cleanup.add(() => cache.close());
  const there = Promise.withResolvers<void>();
  const prepared: unknown[] = [];
  const relay = new RelayServer({
    ...{ cache, log, node: () => ({ id: "node", cluster: "x", metadata: {} }) },
    uplink: { state: { kind: "up", client } satisfies UplinkState, onChange: () => () => true },
    prepare: (type, resources) => {
      prepared.push([type, resources.map(({ name }) => name)]);
      return type === RDS ? there.promise : undefined;
    },
  });
  cleanup.add(() => relay.close());
  const socketPath = join(dir, "xds.sock");
  await relay.listen(socketPath);

  const got: string[] = [];
  const envoy = await connectGrpc({ socketPath });
  cleanup.add(() => envoy.close());
  const stream = envoy.stream(ADS_PATH, {
    onMessage: (bytes) =>
      got.push(...fromBinary(DeltaDiscoveryResponseSchema, bytes).resources.map(({ name }) => name)),
    onClose: () => undefined,
  });
  const ask = (typeUrl: string, ...resourceNamesSubscribe: string[]): void =>
    void stream.send([
      toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, { typeUrl, resourceNamesSubscribe })),
    ]);
  ads.set(resource(CDS, "before"));
  ask(CDS);
  await eventually("the clusters", () => got[0]);
  ads.set(resource(RDS, "limited"));
  ask(RDS, "limited");
  await eventually("the routes at the relay", () => prepared[1]);
  ads.set(resource(CDS, "after"));
  await eventually("more clusters at the relay", () => prepared[2]);
  expect(got).toEqual(["before"]);
  there.resolve();
  await eventually("all", () => got[2]);
  ads.set(resource(CDS, "later"));
  await eventually("what comes then", () => got[3]);
  expect(got).toEqual(["before", "limited", "after", "later"]);
  expect(prepared).toEqual([
    [CDS, ["before"]],
    [RDS, ["limited"]],
    [CDS, ["after"]],
    [CDS, ["later"]],
  ]);
});
