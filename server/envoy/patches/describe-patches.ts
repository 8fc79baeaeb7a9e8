import type { Diagnostic } from "#core/diagnostic.ts";
import { type Patch, patchesOf } from "#core/resolve/envoy-patches.ts";
import type { Layer } from "#core/xds/layer.ts";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { describeValue, isUsable } from "#server/envoy/patches/read-patches.ts";

/** What leaves nothing behind that would tell of it: a whole resource that is removed. */
const WHOLE: ReadonlySet<Patch["target"]> = new Set(["CLUSTER", "LISTENER", "VIRTUAL_HOST"]);

/**
 * Of the patches that cannot be made what keeps them, and those that are for proxies that are open (`patched`) and are made on nothing of
 * these, by the `layers` that they hold. In steps of one layer.
 */
export function* describePatches(
  world: Pick<CompileReader, "all">,
  patched: () => Iterable<Patch>,
  layers: () => Iterable<Layer>,
): Generator<undefined, Diagnostic[], undefined> {
  const filters = world.all("EnvoyFilter");
  if (filters.length === 0) return [];
  const unusable = filters.flatMap(patchesOf).flatMap(describeValue);
  const waiting = new Map<string, Patch>();
  for (const patch of patched())
    if (isUsable(patch) && !(patch.operation === "REMOVE" && WHOLE.has(patch.target)))
      waiting.set(`${patch.resource} ${patch.path}`, patch);
  for (const { resources } of layers()) {
    if (waiting.size === 0) break;
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
