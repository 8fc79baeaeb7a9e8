import { expect, test } from "vitest";
import type { XdsType } from "#core/xds/type-urls.ts";
import { type ChangedName, countTakers } from "#server/xds/count-takers.ts";
import { NO_SUBSCRIPTION, type Subscription } from "#server/xds/subscription.ts";

const EVERYTHING: Subscription = { id: 1, isWildcard: true, names: new Set() };

function connection(id: string, subscriptions: Partial<Record<XdsType, Subscription>>) {
  return { node: { id }, subscription: (type: XdsType) => subscriptions[type] };
}

function layer(present: readonly string[], connections: readonly ReturnType<typeof connection>[]) {
  return {
    has: (type: XdsType, name: string) => present.includes(`${type} ${name}`),
    connections: new Set(connections),
  };
}

const change = (layerId: string, type: XdsType, name: string): ChangedName => ({ layerId, type, name });

test("each change has its own takers, whichever others it stands among", () => {
  const one: Subscription = { id: 2, isWildcard: false, names: new Set(["one"]) };
  const a = connection("a", { CDS: EVERYTHING, RDS: one });
  const b = connection("b", { CDS: EVERYTHING, RDS: NO_SUBSCRIPTION });
  const c = connection("c", { RDS: one });
  const layers = new Map([
    ["shared", layer(["CDS one", "RDS one", "RDS two"], [a, b, c])],
    ["own", layer(["CDS one"], [b])],
  ]);
  const changed = [
    change("shared", "RDS", "one"),
    change("own", "CDS", "one"),
    change("shared", "CDS", "one"),
    change("gone", "CDS", "one"),
    change("shared", "RDS", "two"),
  ];
  const { ids, counts } = countTakers(changed, (id) => layers.get(id));
  expect(counts).toEqual([2, 1, 2, 0, 0]);
  expect([...ids].sort()).toEqual(["a", "b", "c"]);
});

test("what nobody can have asked for yet is for all who hold the layer, and concerns nobody by itself", () => {
  const held = layer([], [connection("a", { RDS: NO_SUBSCRIPTION }), connection("b", {})]);
  expect(countTakers([change("shared", "RDS", "new")], () => held)).toEqual({ ids: [], counts: [2] });
});

test("names are looked up once for all who have asked for the same", () => {
  let asked = 0;
  const names = new Set<string>();
  const has = names.has.bind(names);
  names.has = (name) => {
    asked += 1;
    return has(name);
  };
  for (let index = 0; index < 50; index++) names.add(`r${index}`);
  const subscription: Subscription = { id: 3, isWildcard: false, names };
  const held = layer(
    [...names].map((name) => `RDS ${name}`),
    Array.from({ length: 200 }, (_, index) => connection(`p${index}`, { RDS: subscription })),
  );
  const { ids, counts } = countTakers(
    [...names].map((name) => change("shared", "RDS", name)),
    () => held,
  );
  expect([ids.length, new Set(counts)]).toEqual([200, new Set([200])]);
  expect(asked).toBe(50);
});
