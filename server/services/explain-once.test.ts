import { expect, test } from "vitest";
import { explainOnce } from "#server/services/explain-once.ts";
import { MeshState } from "#server/services/mesh-state.ts";

const mesh = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};
const UNCHANGED = { upserts: [], deletes: [], instanceUpserts: [], instanceDeletes: [] };

test("a host is explained once while nothing changes, however many ask, and again after a change", () => {
  const state = new MeshState({ revision: 1, mesh, resources: [], instances: [] });
  const asked: string[] = [];
  const explain = explainOnce(state, (host) => {
    asked.push(host);
    return [{ ref: `VirtualService/shop/${host}-${asked.length}`, applies: true, reason: "" }];
  });
  const first = explain("pay");
  expect([explain("pay"), explain("orders")[0]?.ref]).toEqual([first, "VirtualService/shop/orders-2"]);
  expect(asked).toEqual(["pay", "orders"]);
  state.apply({ ...UNCHANGED, revision: 2 });
  expect(explain("pay")).not.toBe(first);
  expect(asked).toEqual(["pay", "orders", "pay"]);
});
