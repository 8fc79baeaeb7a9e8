import { expect, test } from "vitest";
import { describeTarget, formatLabels, targetedBy, targetOptions } from "#components/security/target-options.ts";
import type { Catalog } from "#core/form/catalog.ts";

const CATALOG: Catalog = {
  namespaces: ["default", "shop"],
  services: [
    {
      host: "reviews.default.svc.cluster.local",
      namespace: "default",
      name: "reviews",
      ports: [],
      subsets: [],
      versions: [],
      labels: { app: "reviews" },
    },
    {
      host: "api.example.com",
      namespace: "default",
      name: "api.example.com",
      ports: [],
      subsets: [],
      versions: [],
      labels: {},
    },
    {
      host: "cart.shop.svc.cluster.local",
      namespace: "shop",
      name: "cart",
      ports: [],
      subsets: [],
      versions: [],
      labels: { app: "cart" },
    },
  ],
  workloads: [
    {
      namespace: "default",
      name: "reviews-v1",
      labels: { app: "reviews", version: "v1", team: "books" },
      principal: "",
    },
    { namespace: "default", name: "reviews", labels: { app: "reviews" }, principal: "" },
  ],
  principals: [],
  gateways: [],
};

test("offers the namespace, its services that have workloads, and their versions, each selection once", () => {
  expect(targetOptions(CATALOG, "default").map(({ value, label }) => `${label}: ${value}`)).toEqual([
    "every workload in default: all",
    "reviews: app=reviews",
    "reviews-v1: app=reviews, version=v1",
  ]);
});

test.each([
  [{}, "every workload in default"],
  [{ app: "reviews" }, "reviews"],
  [{ version: "v1", app: "reviews" }, "reviews-v1"],
  [{ tier: "web" }, "workloads with tier=web"],
])("calls %j %s", (labels, name) => {
  expect(describeTarget(CATALOG, "default", labels)).toBe(name);
});

test("writes labels the same in any order", () => {
  expect(formatLabels({ b: "2", a: "1" })).toBe(formatLabels({ a: "1", b: "2" }));
});

test.each<[string, unknown, ReturnType<typeof targetedBy>]>([
  ["labels", { selector: { matchLabels: { app: "a" } } }, undefined],
  ["no targets", { targetRefs: [] }, undefined],
  ["what is no object", "selector", undefined],
  [
    "a service",
    { targetRefs: [{ kind: "Service", name: "reviews" }] },
    { label: "the workloads of Service reviews", members: ["targetRefs"] },
  ],
  [
    "a route by the older name, half written",
    { targetRef: { kind: "VirtualService", name: "shop", sectionName: "pay" }, targetRefs: [] },
    { label: "route pay of VirtualService shop", members: ["targetRef", "targetRefs"] },
  ],
])("what chooses instead of labels: %s", (_, spec, expected) => expect(targetedBy(spec)).toEqual(expected));
