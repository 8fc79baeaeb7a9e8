import { expect, test } from "vitest";
import { createCheckContext } from "#core/check/context.ts";
import { describeOlder, findOverruled } from "#core/check/find-overruled.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

const mesh = { trustDomain: "t", domainSuffix: "cluster.local", rootNamespace: "istio-system", traceSampling: 0 };
const instance = (name: string, labels: Labels): WorkloadInstance => ({
  namespace: "shop",
  name,
  workload: "cart",
  labels,
  serviceAccount: "cart",
  address: "127.0.0.1",
  ports: [],
  health: "healthy",
  locality: "",
  weight: 1,
});
const CONTEXT = createCheckContext({
  revision: 1,
  mesh,
  resources: [],
  instances: [
    instance("a", { app: "cart", version: "v1" }),
    instance("b", { app: "cart", version: "v2" }),
    instance("c", { app: "till" }),
  ],
});
const sidecar = (name: string, labels: Labels, namespace = "shop"): Resource<"Sidecar"> => ({
  apiVersion: "networking.istio.io/v1",
  kind: "Sidecar",
  metadata: { name, namespace },
  spec: { workloadSelector: { labels } },
});
const V1 = sidecar("v1", { version: "v1" });
const V2 = sidecar("v2", { version: "v2" });
const ALL = sidecar("all", {});
const OLDER = "Sidecar/shop/v1 and Sidecar/shop/v2 are older and select some of the same workloads";

test.each([
  ["selectors without a workload in common", [V1, V2, sidecar("x", { app: "till" })], []],
  ["one for all beside one for some", [ALL, V1], []],
  ["the same in another namespace, which has no such workloads", [V1, sidecar("v1", { version: "v1" }, "other")], []],
  ["two for workloads that each have an older one", [sidecar("z", { app: "cart" }), V2, V1], [`z: ${OLDER}`]],
  ["three of which the oldest speaks", [sidecar("c", {}), sidecar("b", {}), ALL], ["b: all", "c: all"]],
])("%s", (_, sidecars, expected) => {
  const found = findOverruled(sidecars, CONTEXT).map(({ resource, by }) => {
    const isForAll = Object.keys(resource.spec.workloadSelector?.labels ?? {}).length === 0;
    return `${resource.metadata.name}: ${isForAll ? by.map(({ metadata }) => metadata.name).join() : describeOlder(by)}`;
  });
  expect(found).toEqual(expected);
});
