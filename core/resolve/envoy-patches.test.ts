import { expect, test } from "vitest";
import { proxyMetadata } from "#core/kinds/envoy-filter/proxy-metadata.ts";
import {
  choosingFilters,
  patchesOf,
  resolveEnvoyFilters,
  resolvePatches,
  sharedPatches,
} from "#core/resolve/envoy-patches.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

/** `namespace/name@second priority labels` */
function filter(place: string, rest: { priority?: number; labels?: object; patch?: object } = {}) {
  const [, namespace = "", name = "", second = ""] = /^(.*)\/(.*)@(.*)$/.exec(place) ?? [];
  const { priority, labels, patch = { applyTo: "CLUSTER", patch: { operation: "REMOVE" } } } = rest;
  const document = {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name, namespace },
    spec: {
      configPatches: [patch],
      ...(priority === undefined ? {} : { priority }),
      ...(labels === undefined ? {} : { workloadSelector: { labels } }),
    },
  };
  const [read] = ofKind(parseDocuments(JSON.stringify(document)).resources, "EnvoyFilter");
  if (read === undefined) throw new Error(`${place} is not read`);
  return { ...read, metadata: { ...read.metadata, creationTimestamp: `2026-01-01T00:00:0${second}Z` } };
}

const TOLD = proxyMetadata({
  NAMESPACE: "a",
  WORKLOAD_NAME: "shop",
  SERVICE_ACCOUNT: "shop",
  INTERCEPTION_MODE: "NONE",
});

const NAMES = ({ metadata }: { metadata: { namespace: string; name: string } }) =>
  `${metadata.namespace}/${metadata.name}`;

test("patches are made by priority, the root namespace's first among equals, then the oldest", () => {
  const all = [
    filter("a/young@5"),
    filter("a/late@1", { priority: 3 }),
    filter("root/young@9"),
    filter("a/old@1"),
    filter("a/early@9", { priority: -1 }),
    filter("root/old@1"),
    filter("b/other@1"),
  ];
  const workload = { namespace: "a", labels: {} };
  expect(resolveEnvoyFilters(all, workload, "root").map(NAMES)).toEqual([
    "a/early",
    "root/old",
    "root/young",
    "a/old",
    "a/young",
    "a/late",
  ]);
});

test("an EnvoyFilter is for those whose labels it names, from the root namespace in every namespace", () => {
  const all = [filter("a/x@1", { labels: { app: "x" } }), filter("root/y@1", { labels: { app: "y" } })];
  const reached = (namespace: string, app: string) =>
    resolveEnvoyFilters(all, { namespace, labels: { app } }, "root").map(NAMES);
  expect(reached("a", "x")).toEqual(["a/x"]);
  expect(reached("b", "x")).toEqual([]);
  expect(reached("b", "y")).toEqual(["root/y"]);
});

test("only what chooses by labels and patches what is shared sets proxies of a namespace apart", () => {
  const listener = { applyTo: "LISTENER", patch: { operation: "REMOVE" } };
  const all = [
    filter("a/all@1"),
    filter("a/chosen@1", { labels: { app: "x" } }),
    filter("a/own@1", { labels: { app: "x" }, patch: listener }),
  ];
  expect(choosingFilters(all, { namespace: "a", labels: { app: "x" }, metadata: TOLD }, "root")).toEqual([
    "EnvoyFilter/a/chosen",
  ]);
  expect(choosingFilters(all, { namespace: "a", labels: {}, metadata: TOLD }, "root")).toEqual([]);
  const shared = (chosenBy: readonly string[]) =>
    sharedPatches(all, { namespace: "a", chosenBy }, "root").map(({ resource }) => resource);
  expect(shared([])).toEqual(["EnvoyFilter/a/all"]);
  expect(shared(["EnvoyFilter/a/chosen"])).toEqual(["EnvoyFilter/a/all", "EnvoyFilter/a/chosen"]);
});

test("what cannot be inserted is added", () => {
  const insert = (applyTo: string) =>
    patchesOf(filter("a/x@1", { patch: { applyTo, patch: { operation: "INSERT_FIRST", value: { name: "own" } } } }))[0]
      ?.operation;
  expect(insert("CLUSTER")).toBe("ADD");
  expect(insert("LISTENER")).toBe("ADD");
  expect(insert("HTTP_FILTER")).toBe("INSERT_FIRST");
});

test("a patch is for proxies that tell all that it asks of them, to the letter, and sets them apart from others of their namespace", () => {
  const shared = (metadata: object) => ({
    applyTo: "CLUSTER",
    match: { proxy: { metadata } },
    patch: { operation: "REMOVE" },
  });
  const all = [
    filter("a/right@1", { patch: shared({ WORKLOAD_NAME: "shop", ISTIO_VERSION: "1.31.0" }) }),
    filter("a/part@2", { patch: shared({ WORKLOAD_NAME: "shop", NAMESPACE: "b" }) }),
    filter("a/begin@3", { patch: shared({ WORKLOAD_NAME: "sho" }) }),
    filter("a/own@4", { patch: { ...shared({ NAMESPACE: "a" }), applyTo: "LISTENER" } }),
    filter("a/all@5"),
  ];
  const shop = { namespace: "a", labels: {}, metadata: TOLD };
  const resources = (patches: readonly { resource: string }[]) => patches.map(({ resource }) => resource.slice(14));
  expect(resources(resolvePatches(all, shop, "root"))).toEqual(["right", "own", "all"]);
  const chosenBy = choosingFilters(all, shop, "root");
  expect(chosenBy).toEqual(["EnvoyFilter/a/right#0"]);
  expect(resources(sharedPatches(all, { namespace: "a", chosenBy }, "root"))).toEqual(["right", "all"]);
  expect(resources(sharedPatches(all, { namespace: "a", chosenBy: [] }, "root"))).toEqual(["all"]);
});
