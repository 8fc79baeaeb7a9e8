import { expect, test } from "vitest";
import { type Extending, type Extension, matchesTraffic, resolveExtensions } from "#core/resolve/extensions.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

function plugin(name: string, spec: object, namespace = "default"): Extending {
  const { resources, diagnostics } = parseDocuments(
    JSON.stringify({
      apiVersion: "extensions.istio.io/v1alpha1",
      kind: "WasmPlugin",
      metadata: { name, namespace },
      spec: { url: "file:///a.wasm", ...spec },
    }),
  );
  const [only] = resources;
  if (only?.kind !== "WasmPlugin") throw new Error(JSON.stringify(diagnostics));
  return only;
}

const WORKLOAD = { namespace: "default", labels: { app: "a" } };
const resolve = (...all: readonly Extending[]): readonly Extension[] =>
  resolveExtensions(all, WORKLOAD, withoutTargets("istio-system"));

test("phases stand in their order; within one higher priorities, then those without; then the workload's namespace's", () => {
  const found = resolve(
    plugin("none", {}),
    plugin("stats", { phase: "STATS", priority: 100 }),
    plugin("mesh", { phase: "AUTHN" }, "istio-system"),
    plugin("own", { phase: "AUTHN" }),
    plugin("low", { phase: "AUTHN", priority: -5 }),
    plugin("high", { phase: "AUTHN", priority: 5 }, "istio-system"),
    plugin("authz", { phase: "AUTHZ" }),
  );
  expect(found.map(({ plugin: name }) => name.replace(/^.*\./, ""))).toEqual([
    ...["high", "low", "own", "mesh"],
    ...["authz", "stats", "none"],
  ]);
});

test("those of its namespace and of the root are for a workload, as far as they select it", () => {
  const found = resolve(
    plugin("selected", { selector: { matchLabels: { app: "a" } } }),
    plugin("other", { selector: { matchLabels: { app: "b" } } }),
    plugin("elsewhere", {}, "prod"),
    plugin("root", { selector: { matchLabels: { app: "a" } } }, "istio-system"),
  );
  expect(found.map(({ resource }) => resource)).toEqual([
    "WasmPlugin/default/selected",
    "WasmPlugin/istio-system/root",
  ]);
});

test.each<readonly [object, "CLIENT" | "SERVER", number | undefined, boolean]>([
  [{}, "CLIENT", undefined, true],
  [{ match: [{ mode: "SERVER" }] }, "CLIENT", 80, false],
  [{ match: [{ mode: "SERVER" }, { mode: "CLIENT", ports: [{ number: 80 }] }] }, "CLIENT", 80, true],
  [{ match: [{ mode: "CLIENT_AND_SERVER", ports: [{ number: 80 }] }] }, "SERVER", 81, false],
  [{ match: [{ mode: "UNDEFINED" }] }, "SERVER", 81, true],
  [{ match: [{ ports: [{ number: 80 }] }] }, "SERVER", undefined, false],
])("%j at a %s's port %s: %s", (spec, side, port, isThere) => {
  const [extension] = resolve(plugin("a", spec));
  expect(extension !== undefined && matchesTraffic(extension, side, port)).toBe(isThere);
});
