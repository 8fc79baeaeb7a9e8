import { expect, test } from "vitest";
import { filterResources, orderByKind, type ResourceFilter } from "#components/kinds/filter-resources.ts";
import type { ResourceSummary } from "#core/view/config.ts";

function resource(
  kind: ResourceSummary["kind"],
  namespace: string,
  name: string,
  problem?: "warning" | "info",
): ResourceSummary {
  const diagnostics = problem === undefined ? [] : [{ severity: problem, code: "no-effect" as const, message: "x" }];
  return {
    ref: `${kind}/${namespace}/${name}`,
    kind,
    namespace,
    name,
    resourceVersion: 1,
    updatedAt: "",
    author: "ann",
    hosts: [`${name}.example.com`],
    effect: "",
    diagnostics,
  };
}

const ALL = [
  resource("VirtualService", "default", "reviews", "warning"),
  resource("DestinationRule", "default", "reviews", "info"),
  resource("VirtualService", "shop", "cart"),
];
const NONE: ResourceFilter = { query: "", kind: null, namespace: null, onlyProblems: false };

test.each([
  {
    name: "everything",
    filter: {},
    refs: ["VirtualService/default/reviews", "DestinationRule/default/reviews", "VirtualService/shop/cart"],
  },
  {
    name: "a kind",
    filter: { kind: "VirtualService" as const },
    refs: ["VirtualService/default/reviews", "VirtualService/shop/cart"],
  },
  { name: "a namespace", filter: { namespace: "shop" }, refs: ["VirtualService/shop/cart"] },
  { name: "every word", filter: { query: "Virtual REVIEWS" }, refs: ["VirtualService/default/reviews"] },
  { name: "hosts", filter: { query: "cart.example" }, refs: ["VirtualService/shop/cart"] },
  {
    name: "what needs a look, which a note does not",
    filter: { onlyProblems: true },
    refs: ["VirtualService/default/reviews"],
  },
])("finds $name", ({ filter, refs }) => {
  expect(filterResources(ALL, { ...NONE, ...filter }).map(({ ref }) => ref)).toEqual(refs);
});

test("resources come in the order of an area's kinds, and those of others are left out", () => {
  const refs = orderByKind(ALL, ["DestinationRule", "VirtualService"]).map(({ ref }) => ref);
  expect(refs).toEqual([
    "DestinationRule/default/reviews",
    "VirtualService/default/reviews",
    "VirtualService/shop/cart",
  ]);
  expect(orderByKind(ALL, ["PeerAuthentication"])).toEqual([]);
});
