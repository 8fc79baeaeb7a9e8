import { type Any, anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { REGISTRY } from "#proto/registry.ts";
import { type ListMerge, mergeMessage } from "#server/envoy/patches/merge-message.ts";

/** Two typed configurations as one; undefined where they are of different types, or of one that is not known here. */
export function mergeAny(into: Any, from: Any, lists: ListMerge = "append"): Any | undefined {
  const [known, given] = [anyUnpack(into, REGISTRY), anyUnpack(from, REGISTRY)];
  if (known === undefined || given === undefined || known.$typeName !== given.$typeName) return undefined;
  const desc = REGISTRY.getMessage(known.$typeName);
  if (desc === undefined) return undefined;
  mergeMessage(desc, known, given, lists);
  return anyPack(desc, known);
}
