import type { Diagnostic } from "#core/diagnostic.ts";
import { type Patch, patchesOf } from "#core/resolve/envoy-patches.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import type { MutableLayer } from "#server/compile/mutable-layer.ts";
import { describeAwaited, describeValue, isUsable } from "#server/envoy/patches/read-patches.ts";

/**
 * Of the patches that cannot be made what keeps them, and those that are for proxies that are open (`patched`) and are made on nothing of
 * these, by the `layers` that they hold. In steps of one layer.
 */
export function* describePatches(
  world: Pick<CompileReader, "all" | "ofNamespace" | "mesh">,
  patched: () => Iterable<Patch>,
  layers: () => Iterable<Pick<MutableLayer, "resources" | "removers">>,
): Generator<undefined, Diagnostic[], undefined> {
  const filters = world.all("EnvoyFilter");
  if (filters.length === 0) return [];
  const byNamespace = Map.groupBy(filters, ({ metadata }) => metadata.namespace);
  const awaited = [...byNamespace].flatMap(([namespace, own]) => {
    // What stands over all proxies finds in each namespace what is given there.
    const isForAll = namespace === world.mesh.rootNamespace;
    const standing = isForAll ? filters : world.ofNamespace("EnvoyFilter", namespace);
    return describeAwaited(
      isForAll ? "any namespace" : `${namespace} or of the root namespace`,
      own.flatMap(patchesOf),
      standing.flatMap(patchesOf),
    );
  });
  const unusable = [...filters.flatMap(patchesOf).flatMap(describeValue), ...awaited];
  const waiting = new Map<string, Patch>();
  for (const patch of patched()) if (isUsable(patch)) waiting.set(`${patch.resource} ${patch.path}`, patch);
  for (const { resources, removers } of layers()) {
    if (waiting.size === 0) break;
    for (const { resource, path } of removers) waiting.delete(`${resource} ${path}`);
    for (const all of resources.values())
      for (const { origins } of all.values())
        for (const { resource, path } of origins) waiting.delete(`${resource} ${path}`);
    yield;
  }
  return [...unusable, ...Array.from(waiting.values(), describeUnmatched)];
}

function describeUnmatched({ resource, index, target, operation }: Patch): Diagnostic {
  return {
    severity: "warning",
    code: "matches-nothing",
    resource,
    path: ["spec", "configPatches", index, "match"],
    message: `${operation} ${target} finds nothing to patch at any connected proxy that it is for`,
    hint: "compare it with what `pharos proxy-config` shows of one of them",
  };
}
