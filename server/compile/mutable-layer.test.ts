import { expect, test } from "vitest";
import type { XdsResource } from "#core/xds/layer.ts";
import { MutableLayer } from "#server/compile/mutable-layer.ts";

const cluster = (name: string, version: string) => ({
  type: "CDS" as const,
  resource: { name, version, body: new Uint8Array(), origins: [] } satisfies XdsResource,
});
const held = (layer: MutableLayer) =>
  [...(layer.resources.get("CDS")?.values() ?? [])].map(({ name, version }) => `${name} ${version}`).sort();

test("a name that another unit takes is not lost when its former unit lets it go, before or afterwards", () => {
  for (const order of [["a", "b"] as const, ["b", "a"] as const]) {
    const layer = new MutableLayer("x");
    layer.replace("a", [cluster("shared", "1"), cluster("of a", "1")]);
    layer.replace("b", [cluster("of b", "1")]);
    const removed: string[] = [];
    for (const unit of order) {
      const built = unit === "a" ? [cluster("of a", "1")] : [cluster("of b", "1"), cluster("shared", "2")];
      for (const change of layer.replace(unit, built)) {
        removed.push(...change.removed);
        for (const { name } of change.upserted) if (removed.includes(name)) removed.splice(removed.indexOf(name), 1);
      }
    }
    expect(held(layer)).toEqual(["of a 1", "of b 1", "shared 2"]);
    expect(removed).toEqual([]);
    // And it is the new one's to take away.
    layer.replace("b", []);
    expect(held(layer)).toEqual(["of a 1"]);
  }
});
