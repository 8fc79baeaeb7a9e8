import type { Message } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { Patch, PatchContext } from "#core/resolve/envoy-patches.ts";
import { type DecodedValue, decodeValue, PATCH_SCHEMAS } from "#server/envoy/patches/decode-value.ts";
import { awaitedName, defaultOf, nameOfExtension } from "#server/envoy/patches/inline-configurations.ts";
import { PatchSet } from "#server/envoy/patches/patch-set.ts";

const DECODED = new WeakMap<Patch, DecodedValue>();

function decodePatch(patch: Patch): DecodedValue {
  const known = DECODED.get(patch);
  if (known !== undefined) return known;
  const decoded: DecodedValue =
    patch.value === undefined
      ? { message: create(PATCH_SCHEMAS[patch.target]) as Message, problems: [] }
      : decodeValue(patch.target, patch.value);
  DECODED.set(patch, decoded);
  return decoded;
}

/** What is made on one side of a proxy; a patch whose value cannot be decoded is left out, and the others are made. */
export function readPatches(patches: readonly Patch[], context: PatchContext): PatchSet {
  if (patches.length === 0) return NO_PATCHES;
  const ready = patches.flatMap((patch) => {
    const { message } = decodePatch(patch);
    return message === undefined ? [] : [{ patch, message }];
  });
  return new PatchSet(context, ready);
}

export const NO_PATCHES = new PatchSet("SIDECAR_OUTBOUND", []);

/** Of the patches of a namespace those that wait for the configuration of an EXTENSION_CONFIG that none of its proxies is given; `standing`: all that are for them, which `whose` names. */
export function describeAwaited(
  whose: string,
  patches: readonly Patch[],
  standing: readonly Patch[],
): readonly Diagnostic[] {
  const waiting = decodedOf(patches).flatMap((each) => {
    const name = awaitedName(each);
    return name === undefined || defaultOf(each) !== undefined ? [] : [{ patch: each.patch, name }];
  });
  if (waiting.length === 0) return [];
  const given = new Set(decodedOf(standing).map(nameOfExtension));
  return waiting.flatMap(({ patch: { resource, index }, name }) =>
    given.has(name)
      ? []
      : [
          {
            severity: "error" as const,
            code: "patch-not-usable" as const,
            resource,
            path: ["spec", "configPatches", index, "patch", "value", "config_discovery"],
            message: `cannot be made: no EnvoyFilter of ${whose} has an EXTENSION_CONFIG of the name ${name}`,
            hint: "add a patch with applyTo: EXTENSION_CONFIG and that name in one of them, or write typed_config here",
          },
        ],
  );
}

function decodedOf(patches: readonly Patch[]) {
  return patches.flatMap((patch) => {
    const { message } = decodePatch(patch);
    return message === undefined ? [] : [{ patch, message }];
  });
}

/** Whether it could be made. */
export function isUsable(patch: Patch): boolean {
  return decodePatch(patch).message !== undefined;
}

/** What keeps a patch from being made, on its EnvoyFilter. */
export function describeValue(patch: Patch): readonly Diagnostic[] {
  const { problems } = decodePatch(patch);
  return problems.map(({ path, message }) => ({
    severity: "error" as const,
    code: "patch-not-usable" as const,
    resource: patch.resource,
    path: ["spec", "configPatches", patch.index, "patch", "value", ...path],
    message: `cannot be made: ${message}`,
    hint: "write it as Envoy's API has it; the other patches are made",
  }));
}
