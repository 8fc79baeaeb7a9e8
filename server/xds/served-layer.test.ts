import { expect, test } from "vitest";
import type { Layer, LayerChange, XdsResource } from "#core/xds/layer.ts";
import { ServedLayer } from "#server/xds/served-layer.ts";

const resource = (name: string): XdsResource => ({ name, version: "1", body: new Uint8Array(), origins: [] });

/** A layer of clusters that counts how often it is asked for one. */
function countingLayer(names: readonly string[]) {
  let asked = 0;
  class Counting extends Map<string, XdsResource> {
    override has(name: string): boolean {
      asked += 1;
      return super.has(name);
    }
  }
  const clusters = new Counting(names.map((name) => [name, resource(name)]));
  const layer: Layer = { id: "scope", resources: new Map([["CDS", clusters]]) };
  return { layer, clusters, asked: () => asked };
}

test("entering a revision costs what it changes, however many changes it comes in", () => {
  const names = Array.from({ length: 2000 }, (_, at) => `c${at}`);
  const { layer, asked } = countingLayer(names);
  const served = new ServedLayer(layer);
  served.advance(names.map((name): LayerChange => ({ layer, type: "CDS", upserted: [resource(name)], removed: [] })));
  expect(asked()).toBe(names.length);
  expect(served.touchedSince("CDS", 0).size).toBe(names.length);
});

test("what goes and comes back in one revision is there; what stays away is told of, also to whom the log does not reach", () => {
  const { layer, clusters } = countingLayer(["a", "b"]);
  const served = new ServedLayer(layer);
  const change = (upserted: readonly string[], removed: readonly string[]): LayerChange => ({
    ...{ layer, type: "CDS", removed },
    upserted: upserted.map(resource),
  });
  clusters.delete("b");
  served.advance([change([], ["a"]), change(["a"], ["b"])]);
  for (let at = 0; at < 600; at += 1) served.advance([change(["a"], [])]);
  expect([...served.touchedSince("CDS", 0)].sort()).toEqual(["a", "b"]);
  const all = { id: 1, isWildcard: true, names: new Set<string>() };
  expect(served.goneSince("CDS", all, 0)).toEqual(["b"]);
});
