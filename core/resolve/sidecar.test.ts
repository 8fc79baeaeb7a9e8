import { expect, test } from "vitest";
import {
  type Imports,
  importsBeside,
  importsHost,
  importsOfClusters,
  importsOfConnections,
  importsRoutes,
  isRouted,
  readImports,
  resolveSidecar,
} from "#core/resolve/sidecar.ts";
import type { Resource } from "#core/resource/resource.ts";

function sidecar(name: string, spec: Resource<"Sidecar">["spec"] = {}, namespace = "shop"): Resource<"Sidecar"> {
  return { apiVersion: "networking.istio.io/v1", kind: "Sidecar", metadata: { name, namespace }, spec };
}

const SELECTING = sidecar("selecting", { workloadSelector: { labels: { app: "cart" } } });
const OWN = sidecar("own");
const MESH = sidecar("mesh", {}, "istio-system");
const selectedInRoot = sidecar("root", { workloadSelector: { labels: { app: "cart" } } }, "istio-system");

test.each([
  ["the one that selects it", [OWN, SELECTING, MESH], { app: "cart" }, "selecting"],
  ["the one of its namespace", [OWN, SELECTING, MESH], { app: "other" }, "own"],
  ["the oldest", [OWN, sidecar("younger"), MESH], {}, "own"],
  ["the mesh's", [SELECTING, MESH], { app: "other" }, "mesh"],
  ["none: one of the root namespace that selects is for that namespace", [selectedInRoot], { app: "cart" }, undefined],
  ["none of another namespace", [sidecar("else", {}, "other")], {}, undefined],
])("a workload has %s", (_, sidecars, labels, expected) => {
  expect(resolveSidecar(sidecars, { namespace: "shop", labels }, "istio-system")?.metadata.name).toBe(expected);
});

test.each([
  [["*/*"], "a.example.com", "x", true],
  [["./*"], "a.example.com", "shop", true],
  [["./*"], "a.example.com", "other", false],
  [["other/*.example.com"], "a.example.com", "other", true],
  [["other/*.example.com"], "*.a.example.com", "other", true],
  [["other/a.example.com"], "*.example.com", "other", false],
  [["*/A.Example.com"], "a.example.com", "other", true],
  [["~/*"], "a.example.com", "shop", false],
  [["*/*", "~other/*"], "a.example.com", "other", false],
  [["*/*", "~other/a.example.com"], "b.example.com", "other", true],
  [["~other/*"], "a.example.com", "shop", false],
])("%j imports %s of %s: %s", (hosts, host, namespace, expected) => {
  expect(importsHost(readImports([{ port: undefined, hosts }], "shop"), host, namespace)).toBe(expected);
});

test("on a port with a listener its hosts alone are known, and on others those of the last", () => {
  const imports = readImports(
    [
      { port: 80, hosts: ["./a.example.com"] },
      { port: undefined, hosts: ["./b.example.com"] },
    ],
    "shop",
  );
  const known = (host: string, port?: number) => importsHost(imports, host, "shop", port);
  expect([known("a.example.com", 80), known("a.example.com", 81), known("a.example.com")]).toEqual([true, false, true]);
  expect([known("b.example.com", 80), known("b.example.com", 81)]).toEqual([false, true]);
  const only = readImports([{ port: 80, hosts: ["*/*"] }], "shop");
  expect([importsHost(only, "a.example.com", "x", 80), importsHost(only, "a.example.com", "x", 81)]).toEqual([
    true,
    false,
  ]);
});

test("a listener for a port leaves others their addresses, and their clusters; one that is bound elsewhere leaves them the port", () => {
  const all = { port: undefined, hosts: ["*/*"] };
  const imports = readImports([{ port: 9000, hosts: ["./a.example.com"] }, all], "shop");
  const knows = (by: Imports | undefined): readonly boolean[] =>
    [9000, 9001].map((port) => by !== undefined && importsHost(by, "b.example.com", "shop", port));
  expect(knows(imports)).toEqual([false, true]);
  expect(knows(importsOfConnections(imports))).toEqual([false, true]);
  expect(knows(importsBeside(imports))).toEqual([true, true]);
  expect(knows(importsOfClusters(imports))).toEqual([true, true]);
  const bound = readImports([{ port: 9000, isElsewhere: true, hosts: ["./a.example.com"] }, all], "shop");
  expect(knows(importsOfConnections(bound))).toEqual([true, true]);
  expect(bound.key).not.toBe(imports.key);
  expect(importsBeside(readImports([all], "shop"))).toBeUndefined();
});

function routing(hosts: readonly string[], to: string, namespace = "shop"): Resource<"VirtualService"> {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "v", namespace },
    spec: { hosts, http: [{ route: [{ destination: { host: to } }] }] },
  };
}

test("callers have the routes of whoever is for a host that they know, and the hosts these lead to", () => {
  const imports = readImports([{ port: undefined, hosts: ["./front.shop.svc.cluster.local"] }], "shop");
  const known = routing(["front"], "back");
  const unknown = routing(["else"], "far");
  const wide = routing(["*.svc.cluster.local"], "back");
  const [elsewhere, wider] = [routing(["*.cluster.local"], "back", "other"), routing(["*.far.cluster.local"], "back")];
  expect([known, unknown, wide, elsewhere, wider].map((each) => importsRoutes(imports, each, "cluster.local"))).toEqual(
    [true, false, true, false, false],
  );
  const where = { namespace: "shop", domainSuffix: "cluster.local" };
  const BACK = "back.shop.svc.cluster.local";
  expect(isRouted(BACK, [unknown, known], imports, where)).toBe(true);
  expect(isRouted("far.shop.svc.cluster.local", [unknown, known], imports, where)).toBe(false);
  const hidden = { ...known, spec: { ...known.spec, exportTo: ["other"] } };
  expect(isRouted(BACK, [hidden], imports, where)).toBe(false);
  const ofGateway = { ...known, spec: { ...known.spec, gateways: ["edge"] } };
  expect(isRouted(BACK, [ofGateway], imports, where)).toBe(false);
});
