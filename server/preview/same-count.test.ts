import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { advance, hash, MESH, makeRandom, NODES, randomChange } from "#server/envoy/testing/random-world.ts";
import { RehearsalRoom } from "#server/preview/rehearsal-room.ts";
import { connect } from "#server/preview/testing/connect.ts";
import { AdsServer } from "#server/xds/ads-server.ts";

const NOTHING_MEASURED = { rows: [], samples: [], seconds: 0 };

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
