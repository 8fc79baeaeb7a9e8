import { expect, test } from "vitest";
import type { AnyResource } from "#core/resource/resource.ts";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { parse } from "#server/envoy/testing/random-draw.ts";
import { dump, hash, MESH, NODES } from "#server/envoy/testing/random-world.ts";

const POISON = "x-poison";
/** Encoding throws for whatever bears the poison. */
function poisonable(bytes: Uint8Array): string {
  if (Buffer.from(bytes).includes(POISON)) throw new Error("invalid uint32: 7200000000");
  return hash(bytes);
}

const entry = (name: string): AnyResource =>
  parse(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.default.svc.cluster.local]
  resolution: DNS
  ports: [{ name: http, number: 80, protocol: HTTP }, { name: http-own, number: 8123, protocol: HTTP }]
`);
const filter = (name: string, patches: string, namespace = "default"): AnyResource =>
  parse(`
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: ${name}, namespace: ${namespace} }
spec: { configPatches: [${patches}] }
`);
const merge = (service: string, value: string) =>
  `{ applyTo: CLUSTER, match: { context: SIDECAR_OUTBOUND, cluster: { service: ${service}.default.svc.cluster.local } }, patch: { operation: MERGE, value: ${value} } }`;

function open(resources: readonly AnyResource[]) {
  const compiler = createCompiler({ revision: 0, mesh: MESH, resources, instances: [] }, { hash: poisonable });
  const views = NODES.map((node) => compiler.open(node));
  return {
    compiler,
    dumps: () => views.map(({ layers }) => dump(layers)),
    told: () => compiler.diagnostics().map(({ code, resource, path = [] }) => `${code} ${resource} ${path.join(".")}`),
    apply: (upserts: readonly AnyResource[]) =>
      compiler.apply({ revision: 1, upserts, deletes: [], instanceUpserts: [], instanceDeletes: [] }),
  };
}

test("a patch that cannot be read is told with its place, and the others are made", () => {
  const mesh = open([
    entry("a"),
    filter("x", `${merge("a", "{ nobody: 1 }")}, ${merge("a", "{ connect_timeout: 7s }")}`),
  ]);
  expect(mesh.told()).toEqual(["patch-not-usable EnvoyFilter/default/x spec.configPatches.0.patch.value.nobody"]);
  const plain = open([entry("a"), filter("x", merge("a", "{ connect_timeout: 7s }"))]);
  expect(mesh.dumps()).toEqual(plain.dumps());
});

test("a filter that waits for a configuration has that of its name, whoever gives it, and is left out and told where nobody does", () => {
  const filters = "envoy.filters.http";
  const ofType = `"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, default_source_code: { inline_string: x }`;
  const insert = (value: string) =>
    `{ applyTo: HTTP_FILTER, match: { listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager } } } }, patch: { operation: INSERT_FIRST, value: { name: ${filters}.own, ${value} } } }`;
  const waits = insert("config_discovery: { config_source: { ads: {} } }");
  const waiting = filter("x", waits);
  const giving = (namespace: string) =>
    filter(
      "y",
      `{ applyTo: EXTENSION_CONFIG, patch: { operation: ADD, value: { name: ${filters}.own, typed_config: { ${ofType} } } } }`,
      namespace,
    );
  const mesh = open([entry("a"), waiting]);
  expect(mesh.told()).toContain(
    "patch-not-usable EnvoyFilter/default/x spec.configPatches.0.patch.value.config_discovery",
  );
  expect(mesh.dumps()).toEqual(open([entry("a")]).dumps());
  // Another namespace's is for the proxies there.
  mesh.apply([giving("elsewhere")]);
  expect(mesh.told()).toContain(
    "patch-not-usable EnvoyFilter/default/x spec.configPatches.0.patch.value.config_discovery",
  );
  expect(mesh.dumps()).toEqual(open([entry("a")]).dumps());
  mesh.apply([giving("istio-system")]);
  expect(mesh.told().filter((each) => each.startsWith("patch-not-usable"))).toEqual([]);
  // One of the root namespace is for proxies of each, and finds what is given there.
  const over = open([entry("a"), filter("x", waits, "istio-system")]);
  expect(over.told().filter((each) => each.startsWith("patch-not-usable"))).toHaveLength(1);
  over.apply([giving("default")]);
  expect(over.told().filter((each) => each.startsWith("patch-not-usable"))).toEqual([]);
  const origins = /"(resource|path|origins)":/;
  const without = (dumps: readonly unknown[]) =>
    JSON.stringify(dumps, (key, value) => (origins.test(`"${key}":`) ? undefined : value));
  const direct = open([entry("a"), filter("x", insert(`typed_config: { ${ofType} }`))]);
  expect(without(mesh.dumps())).toEqual(without(direct.dumps()));
  const byDefault = open([
    entry("a"),
    filter("x", insert(`config_discovery: { config_source: { ads: {} }, default_config: { ${ofType} } }`)),
  ]);
  expect(byDefault.told().filter((each) => each.startsWith("patch-not-usable"))).toEqual([]);
  expect(without(byDefault.dumps())).toEqual(without(direct.dumps()));
});

test("what a patch keeps from being built stays as it was, everything else goes on, and the EnvoyFilter is named", () => {
  const mesh = open([entry("a"), entry("b")]);
  const before = mesh.dumps();
  mesh.apply([
    filter("x", merge("a", `{ alt_stat_name: ${POISON} }`)),
    filter("y", merge("b", "{ connect_timeout: 7s }")),
  ]);
  expect(mesh.told()).toEqual(["not-translated EnvoyFilter/default/x "]);
  const good = open([entry("a"), entry("b"), filter("y", merge("b", "{ connect_timeout: 7s }"))]);
  expect(mesh.dumps()).toEqual(good.dumps());
  expect(mesh.dumps()).not.toEqual(before);
});

test.each(["SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY"])(
  "what keeps listeners from being built is told of the EnvoyFilter too (%s)",
  (context) => {
    const text = `{ applyTo: LISTENER, match: { context: ${context} }, patch: { operation: ADD, value: { name: own, stat_prefix: ${POISON} } } }`;
    const mesh = open([entry("a"), filter("x", text, "istio-system")]);
    expect(mesh.told()).toEqual(["not-translated EnvoyFilter/istio-system/x "]);
  },
);

test("a patch that finds nothing is told, and not where nobody is connected that it is for", () => {
  const text = "{ applyTo: CLUSTER, match: { cluster: { name: nobody } }, patch: { operation: MERGE, value: {} } }";
  expect(open([filter("x", text)]).told()).toEqual([
    "matches-nothing EnvoyFilter/default/x spec.configPatches.0.match",
  ]);
  expect(open([filter("x", text, "nowhere")]).told()).toEqual([]);
  expect(open([filter("x", text.replace("nobody", "BlackHoleCluster"))]).told()).toEqual([]);
});

test.each([
  ["CLUSTER", "cluster: { service: NAME.default.svc.cluster.local }", "a", "b"],
  ["LISTENER", "listener: { portNumber: NAME }", "8123", "81"],
  ["VIRTUAL_HOST", "routeConfiguration: { vhost: { domainName: NAME.default.svc.cluster.local } }", "a", "b"],
])("so is a whole %s that is removed and is nowhere, also once it has gone", (target, match, there, nowhere) => {
  const removing = (name: string) =>
    filter("x", `{ applyTo: ${target}, match: { ${match.replace("NAME", name)} }, patch: { operation: REMOVE } }`);
  const told = "matches-nothing EnvoyFilter/default/x spec.configPatches.0.match";
  expect(open([entry("a"), removing(nowhere)]).told()).toEqual([told]);
  const mesh = open([entry("a"), removing(there)]);
  expect(mesh.told()).toEqual([]);
  const { compiler } = mesh;
  compiler.apply({
    ...{ revision: 1, upserts: [], instanceUpserts: [], instanceDeletes: [] },
    deletes: [{ kind: "ServiceEntry", namespace: "default", name: "a" }],
  });
  expect(mesh.told()).toEqual([told]);
});

test("what was patched is to be had without each of its patches and without any, the last patch first", () => {
  const patch = (value: string) => merge("a", value);
  const mesh = open([
    entry("a"),
    filter("x", `${patch("{ connect_timeout: 7s }")}, ${patch("{ alt_stat_name: seven }")}`),
  ]);
  const found = mesh.compiler
    .nodes()
    .flatMap((node) =>
      mesh.compiler.open({ ...node }).layers.flatMap(({ resources }) => [...(resources.get("CDS")?.values() ?? [])]),
    );
  const patched = found.find(({ substitutes }) => substitutes !== undefined);
  const substitutes = patched?.substitutes?.() ?? [];
  const [first, second] = ["spec.configPatches[0]", "spec.configPatches[1]"].map((path) => ({
    resource: "EnvoyFilter/default/x",
    path,
  }));
  expect(substitutes.map(({ without }) => without)).toEqual([[second], [first], [first, second]]);
  const says = substitutes.map(({ resource }) => Buffer.from(resource.body).includes("seven"));
  expect(says).toEqual([false, true, false]);
  const plain = open([entry("a")]);
  const bare = plain.compiler
    .nodes()
    .flatMap((node) => plain.compiler.open({ ...node }).layers.map(({ resources }) => resources.get("CDS")))
    .find((all) => all?.has(patched?.name ?? ""));
  expect(substitutes[2]?.resource.version).toBe(bare?.get(patched?.name ?? "")?.version);
});

test("an EnvoyFilter that chooses by labels patches the calls of those that it chooses, and leaves the others what they share", () => {
  const [, , first] = NODES;
  if (first === undefined) throw new Error("there are no nodes");
  const chosen = { ...first, id: "chosen", metadata: { ...first.metadata, LABELS: { app: "chosen" } }, name: "chosen" };
  const other = { ...chosen, id: "other", metadata: { ...first.metadata, LABELS: { app: "other" } }, name: "other" };
  const text = `${merge("a", "{ connect_timeout: 7s }")}`;
  const selecting = parse(`
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: x, namespace: ${first.namespace} }
spec: { workloadSelector: { labels: { app: chosen } }, configPatches: [${text}] }
`);
  const compiler = createCompiler(
    { revision: 0, mesh: MESH, resources: [entry("a"), selecting], instances: [] },
    { hash },
  );
  const plain = createCompiler({ revision: 0, mesh: MESH, resources: [entry("a")], instances: [] }, { hash });
  expect(dump(compiler.open(other).layers)).toEqual(dump(plain.open(other).layers));
  expect(dump(compiler.open(chosen).layers)).not.toEqual(dump(plain.open(chosen).layers));
});

test("a table whose virtual hosts are all removed is no table that Envoy waits for", () => {
  const node = NODES.find(
    ({ takesVirtualHosts, type, metadata }) =>
      takesVirtualHosts && type === "sidecar" && metadata.INTERCEPTION_MODE === "REDIRECT",
  );
  if (node === undefined) throw new Error("there is no captured node");
  const removing = filter("x", "{ applyTo: VIRTUAL_HOST, patch: { operation: REMOVE } }", node.namespace);
  const compiler = createCompiler(
    { revision: 0, mesh: MESH, resources: [entry("a"), removing], instances: [] },
    { hash },
  );
  const names = Object.keys(dump(compiler.open(node).layers));
  expect(names.filter((name) => name.startsWith("VHDS"))).toEqual([
    "VHDS 80/placeholder.invalid",
    "VHDS 8123/placeholder.invalid",
  ]);
  expect(names).toContain("RDS 80");
});
