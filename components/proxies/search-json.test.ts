import { expect, test } from "vitest";
import { findResources, jsonMatches, resourceName, toResources } from "#components/proxies/search-json.ts";

const CLUSTER = { name: "outbound|9080||reviews", connectTimeout: "10s", hosts: [{ port: 15006 }], isOn: true };

test.each([
  ["reviews", true],
  ["connecttimeout", true],
  ["15006", true],
  ["true", true],
  ["", true],
  ["ratings", false],
])("looks for %j in names and values, however deep", (query, isFound) => {
  expect(jsonMatches(CLUSTER, query)).toBe(isFound);
});

test("what has the text in its name comes before what has it inside", () => {
  const inside = { name: "details", value: { type: "envoy.v3.Cluster" } };
  const named = { name: "reviews|v3", value: {} };
  const other = { name: "ratings", value: {} };
  expect(findResources([inside, named, other], "v3")).toEqual([named, inside]);
});

test("calls a resource by its name, its cluster, or its place", () => {
  expect([CLUSTER, { clusterName: "x" }, {}, null].map(resourceName)).toEqual([
    "outbound|9080||reviews",
    "x",
    "#3",
    "#4",
  ]);
});

test("takes a list, an object of lists and an object of resources", () => {
  expect(toResources([1, 2])).toEqual([1, 2]);
  expect(toResources({ resources: [1], more: [2] })).toEqual([1, 2]);
  expect(toResources({ a: { name: "a" } })).toEqual([{ name: "a" }]);
  expect(toResources(null)).toEqual([]);
});
