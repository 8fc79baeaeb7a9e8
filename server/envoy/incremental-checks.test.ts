import { expect, test } from "vitest";
import { Checker } from "#core/check/check-config.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { advance, MESH, makeRandom, randomChange } from "#server/envoy/testing/random-world.ts";

const EDITS = 150;

// What checks find after an edit, looking at what the edit bears on, is what they find of the whole.
test.each([1, 7, 23, Number(process.env.FUZZ_SEED ?? 101)])(
  "checks after each of many edits find what checks of the whole find (seed %i)",
  (seed) => {
    const random = makeRandom(seed);
    const checker = new Checker();
    let snapshot: Snapshot = { revision: 1, mesh: MESH, resources: [], instances: [] };
    let found = 0;
    for (let edit = 0; edit < EDITS; edit += 1) {
      snapshot = advance(snapshot, randomChange(random, edit + 2));
      const whole = new Checker().check(snapshot);
      expect(checker.check(snapshot), `edit ${edit}`).toEqual(whole);
      found += whole.length;
    }
    expect(found).toBeGreaterThan(EDITS);
  },
);
