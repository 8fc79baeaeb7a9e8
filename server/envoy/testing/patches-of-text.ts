import { parse } from "yaml";
import { type PatchContext, patchesOf } from "#core/resolve/envoy-patches.ts";
import { decodeValue } from "#server/envoy/patches/decode-value.ts";
import { PatchSet } from "#server/envoy/patches/patch-set.ts";

/** `configPatches` of one EnvoyFilter as a set for one side of a proxy; throws for a value that cannot be decoded. */
export function patchesOfText(context: PatchContext, text: string): PatchSet {
  const filter = {
    metadata: { namespace: "default", name: "a" },
    spec: { configPatches: parse(text) },
  } as Parameters<typeof patchesOf>[0];
  return new PatchSet(
    context,
    patchesOf(filter).map((patch) => {
      const { message, problems } = decodeValue(patch.target, patch.value ?? {});
      if (message === undefined) throw new Error(JSON.stringify(problems));
      return { patch, message };
    }),
  );
}
