import { expect, test } from "vitest";
import { parseMeshConfig } from "#core/mesh-config/parse-mesh-config.ts";
import { NO_START_SETTINGS } from "#core/mesh-config/start-settings.ts";
import { resolveStartSettings } from "#core/resolve/start-settings.ts";
import type { Resource } from "#core/resource/resource.ts";

function config(
  namespace: string,
  name: string,
  spec: Resource<"ProxyConfig">["spec"],
  createdAt = name,
): Resource<"ProxyConfig"> {
  return {
    apiVersion: "networking.istio.io/v1beta1",
    kind: "ProxyConfig",
    metadata: { name, namespace, creationTimestamp: `2026-01-0${createdAt}T00:00:00Z` },
    spec,
  };
}

const REVIEWS = { namespace: "prod", labels: { app: "reviews", version: "v1" } };
const OF_MESH = parseMeshConfig(
  "defaultConfig: { concurrency: 1, proxyMetadata: { A: mesh, B: mesh }, drainDuration: 1500ms }",
).start;
const resolve = (configs: readonly Resource<"ProxyConfig">[], workload = REVIEWS) =>
  resolveStartSettings(OF_MESH, configs, workload, "istio-system");

const ROOT = config("istio-system", "1", { concurrency: 2, environmentVariables: { B: "root", C: "root" } });
const NAMESPACE = config("prod", "1", { concurrency: 3, environmentVariables: { C: "namespace" } });
const OWN = config("prod", "2", {
  selector: { matchLabels: { app: "reviews" } },
  environmentVariables: { D: "own" },
});

test("the MeshConfig's defaults, the root's, the namespace's and the workload's come one on top of the other", () => {
  expect(resolve([])).toEqual(OF_MESH);
  expect(OF_MESH).toEqual({
    ...NO_START_SETTINGS,
    concurrency: 1,
    drainSeconds: 2,
    environment: { A: "mesh", B: "mesh" },
  });
  expect(resolve([OWN, NAMESPACE, ROOT])).toEqual({
    ...OF_MESH,
    concurrency: 3,
    environment: { A: "mesh", B: "root", C: "namespace", D: "own" },
  });
  expect(
    resolve([OWN, NAMESPACE, ROOT], { ...REVIEWS, labels: { app: "ratings", version: "v1" } }).environment,
  ).toEqual({
    A: "mesh",
    B: "root",
    C: "namespace",
  });
});

test("one of another namespace, and one of the root that selects, are for nobody else's workloads", () => {
  expect(resolve([config("other", "1", { concurrency: 9 })])).toEqual(OF_MESH);
  const selecting = config("istio-system", "1", { selector: { matchLabels: { app: "reviews" } }, concurrency: 9 });
  expect(resolve([selecting])).toEqual(OF_MESH);
  expect(resolve([selecting], { ...REVIEWS, namespace: "istio-system" }).concurrency).toBe(9);
});

test("of two for the same workloads the older one is it, whole", () => {
  const younger = config("prod", "4", { concurrency: 4, environmentVariables: { E: "younger" } });
  const older = config("prod", "3", { concurrency: 3 });
  expect(resolve([younger, older])).toMatchObject({ concurrency: 3, environment: OF_MESH.environment });
});
