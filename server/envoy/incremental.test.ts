import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";

import { advance, dump, hash, MESH, makeRandom, NODES, randomChange } from "#server/envoy/testing/random-world.ts";

test.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
  "edit after edit gives byte for byte what a fresh start gives (seed %i)",
  (seed) => {
    const random = makeRandom(seed);
    let snapshot: Snapshot = { revision: 0, mesh: MESH, resources: [], instances: [] };
    const compiler = createCompiler(snapshot, { hash });
    let views = NODES.map((each) => compiler.open(each));
    for (let revision = 1; revision <= 60; revision++) {
      const change = randomChange(random, revision);
      const before = views.map(({ layers }) => dump(layers));
      compiler.preview(change);
      expect(views.map(({ layers }) => dump(layers))).toEqual(before);

      // Half of the time somebody is away during the edit: what was kept for its return must be as good as new.
      const away = NODES[random(NODES.length * 2)];
      if (away !== undefined) compiler.close(away);
      const { changes, reopen, diagnostics } = compiler.apply(change);
      expect(diagnostics.filter(({ code }) => code === "not-translated")).toEqual([]);
      // What was announced is exactly what differs.
      const told = new Set(
        changes.flatMap(({ layer, type, upserted, removed }) =>
          [...upserted.map(({ name }) => name), ...removed].map((name) => `${layer.id} ${type} ${name}`),
        ),
      );
      views.forEach(({ layers }, index) => {
        const now = dump(layers);
        const differs = new Set(
          [...Object.keys(now), ...Object.keys(before[index] ?? {})].filter((key) => now[key] !== before[index]?.[key]),
        );
        for (const key of differs)
          expect(
            layers.some(({ id }) => told.has(`${id} ${key}`)),
            `${key} was announced`,
          ).toBe(true);
      });
      views = views.map((view, at) => {
        const each = NODES[at];
        if (each === undefined || (each !== away && !reopen.has(each))) return view;
        return each === away ? compiler.open(each) : compiler.move(each);
      });
      snapshot = advance(snapshot, change);
      const fresh = createCompiler(snapshot, { hash });
      expect(views.map(({ layers }) => dump(layers))).toEqual(NODES.map((each) => dump(fresh.open(each).layers)));
    }
  },
);

test.each(Array.from({ length: 6 }, (_, seed) => seed + 101))(
  "between two steps of an edit nothing is seen of it, and who comes and goes meanwhile ends with all of it (seed %i)",
  (seed) => {
    const random = makeRandom(seed);
    let snapshot: Snapshot = { revision: 0, mesh: MESH, resources: [], instances: [] };
    const compiler = createCompiler(snapshot, { hash });
    const views = new Map(NODES.map((each) => [each, compiler.open(each)]));
    for (let revision = 1; revision <= 40; revision++) {
      const change = randomChange(random, revision);
      const steps = compiler.steps(change);
      let before = new Map([...views].map(([node, { layers }]) => [node, dump(layers)]));
      let result = steps.next();
      while (result.done !== true) {
        for (const [node, { layers }] of views) if (before.has(node)) expect(dump(layers)).toEqual(before.get(node));
        const node = NODES[random(NODES.length * 3)];
        if (node !== undefined) {
          compiler.close(node);
          views.set(node, compiler.open(node));
          before = new Map([...before].filter(([each]) => each !== node));
        }
        result = steps.next();
      }
      for (const node of result.value.reopen) views.set(node, compiler.move(node));
      snapshot = advance(snapshot, change);
      const fresh = createCompiler(snapshot, { hash });
      for (const [node, { layers }] of views) expect(dump(layers)).toEqual(dump(fresh.open(node).layers));
    }
  },
);
