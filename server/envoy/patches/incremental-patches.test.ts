import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { randomEnvoyFilter } from "#server/envoy/testing/random-patches.ts";
import { advance, dump, hash, MESH, makeRandom, NODES, randomChange } from "#server/envoy/testing/random-world.ts";

const START = 25;
const EDITS = 30;

test.each([1, 2, 3])("edits of EnvoyFilters give byte for byte what a fresh start gives (seed %i)", (seed) => {
  const random = makeRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const rarely = (n: number) => random(n) === 0;
  let snapshot: Snapshot = { revision: 0, mesh: MESH, resources: [], instances: [] };
  for (let revision = 1; revision <= START; revision++) snapshot = advance(snapshot, randomChange(random, revision));
  const compiler = createCompiler(snapshot, { hash });
  let views = NODES.map((node) => compiler.open(node));
  let patched = 0;
  for (let revision = START + 1; revision <= START + EDITS; revision++) {
    const drawn = randomChange(random, revision);
    const filter = randomEnvoyFilter({
      ...{ random, pick, rarely },
      service: `s${random(4)}`,
      namespace: pick(["default", "prod"]),
    });
    const change = rarely(4) ? drawn : { ...drawn, upserts: [filter], deletes: [] };
    const before = views.map(({ layers }) => dump(layers));
    compiler.preview(change);
    expect(views.map(({ layers }) => dump(layers))).toEqual(before);
    const { reopen, diagnostics } = compiler.apply(change);
    expect(diagnostics.filter(({ code }) => code === "not-translated")).toEqual([]);
    views = views.map((view, at) => {
      const node = NODES[at];
      return node !== undefined && reopen.has(node) ? compiler.move(node) : view;
    });
    snapshot = advance(snapshot, change);
    const fresh = createCompiler(snapshot, { hash });
    const again = NODES.map((node) => fresh.open(node));
    const after = views.map(({ layers }) => dump(layers));
    expect(after).toEqual(again.map(({ layers }) => dump(layers)));
    if (JSON.stringify(after) !== JSON.stringify(before)) patched += 1;
    const told = (all: typeof diagnostics) => all.map((each) => JSON.stringify(each)).sort();
    expect(told(compiler.diagnostics())).toEqual(told(fresh.diagnostics()));
  }
  expect(patched).toBeGreaterThan(EDITS / 10);
});
