import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { TYPE_URLS, type XdsType } from "#core/xds/type-urls.ts";
import { readMessage } from "#grpc/read-message.ts";
import type { StreamHandler } from "#grpc/server.ts";
import type { ServerStream } from "#grpc/server-stream.ts";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { advance, hash, MESH, makeRandom, NODES, randomChange } from "#server/envoy/testing/random-world.ts";
import { RehearsalRoom } from "#server/preview/rehearsal-room.ts";
import { AdsServer } from "#server/xds/ads-server.ts";

/** What Envoy asks for with all of its type, and what by name: of that these ask for half. */
const WHOLE: readonly XdsType[] = ["CDS", "LDS", "VHDS"];
const NAMED: readonly XdsType[] = ["EDS", "RDS"];
const NOTHING_MEASURED = { rows: [], samples: [], seconds: 0 };

/** Opens a stream of a node that answers all that it is sent, and asks for every second name that it could. */
function connect(ads: AdsServer, node: ProxyNode): void {
  const method = [...ads.methods().values()][0];
  if (method?.kind !== "stream") throw new Error("no stream is served");
  let handler: StreamHandler | undefined;
  const told: Buffer[] = [];
  const say = (type: XdsType, more: { readonly nonce?: string; readonly names?: readonly string[] } = {}): void =>
    handler?.onMessage(
      Buffer.from(
        toBinary(
          DeltaDiscoveryRequestSchema,
          create(DeltaDiscoveryRequestSchema, {
            node: { id: node.id },
            typeUrl: TYPE_URLS[type],
            responseNonce: more.nonce ?? "",
            resourceNamesSubscribe: [...(more.names ?? [])],
          }),
        ),
      ),
    );
  const answer = (): void => {
    for (let next = told.shift(); next !== undefined; next = told.shift()) {
      const { typeUrl, nonce } = readMessage(DeltaDiscoveryResponseSchema, next);
      const type = Object.entries(TYPE_URLS).find(([, url]) => url === typeUrl)?.[0] as XdsType;
      say(type, { nonce });
    }
  };
  const stream = {
    peer: { address: "127.0.0.1", certificate: undefined },
    queuedBytes: 0,
    send: (parts: readonly Buffer[]) => {
      told.push(Buffer.concat(parts));
      queueMicrotask(answer);
    },
    end: () => undefined,
  } as unknown as ServerStream;
  handler = method.open(stream);
  for (const type of WHOLE) say(type);
  const held = ads.view(node.id)?.layers ?? [];
  for (const type of NAMED) {
    const names = held
      .flatMap(({ resources }) => [...(resources.get(type)?.keys() ?? [])])
      .filter((_, at) => at % 2 === 0);
    if (names.length > 0) say(type, { names });
  }
}

test.each(Array.from({ length: 8 }, (_, seed) => seed + 1))(
  "a preview counts the proxies that the roll-out then has (seed %i)",
  async (seed) => {
    const random = makeRandom(seed);
    let snapshot: Snapshot = { revision: 0, mesh: MESH, resources: [], instances: [] };
    const compiler = createCompiler(snapshot, { hash });
    const room = new RehearsalRoom(snapshot, hash);
    const byId = new Map(NODES.map((each) => [each.id, each]));
    const ads = new AdsServer({
      source: compiler,
      authorize: (said) => ({ node: byId.get(said.id) ?? said, spiffeId: null, isRegistered: false }),
      onEvent: () => undefined,
    });
    // Half of the world is there before anybody connects: there are names that some ask for and others do not.
    for (let revision = 1; revision <= 20; revision++) {
      const change = randomChange(random, revision);
      ads.distribute(compiler.apply(change).changes, revision);
      room.apply(change);
      snapshot = advance(snapshot, change);
    }
    for (const node of NODES) connect(ads, node);
    let counted = 0;
    for (let revision = 21; revision <= 80; revision++) {
      await new Promise((done) => setImmediate(done));
      const change = randomChange(random, revision);
      const isConfiguration = change.upserts.length + change.deletes.length > 0;
      const { changed } = room.rehearse(change, compiler.nodes(), NOTHING_MEASURED);
      const previewed = ads.takers(changed).ids;
      const { changes, reopen } = compiler.apply(change);
      ads.distribute(changes, isConfiguration ? revision : undefined, reopen);
      room.apply(change);
      snapshot = advance(snapshot, change);
      if (!isConfiguration) continue;
      const rolledOut = ads.distribution(revision)?.proxies.map(({ id }) => id) ?? [];
      expect([...rolledOut].sort(), `revision ${revision}`).toEqual([...previewed].sort());
      counted += previewed.length;
    }
    expect(counted).toBeGreaterThan(0);
  },
);
