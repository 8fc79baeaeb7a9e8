import { create, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { type Any, anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { type TypedStruct, TypedStructSchema } from "#proto/gen/xds/type/v3/typed_struct_pb.js";
import { REGISTRY } from "#proto/registry.ts";
import { mergeMessage } from "#server/envoy/patches/merge-message.ts";

/** Two typed configurations as one; undefined where they are of different types. */
export function mergeAny(into: Any, from: Any): Any | undefined {
  const [known, given] = [anyUnpack(into, REGISTRY), anyUnpack(from, REGISTRY)];
  if (known === undefined || given === undefined || known.$typeName !== given.$typeName) return undefined;
  if (isTypedStruct(known) && isTypedStruct(given)) {
    if (known.typeUrl !== given.typeUrl) return undefined;
    const value = mergeObjects(known.value ?? {}, given.value ?? {});
    return anyPack(TypedStructSchema, create(TypedStructSchema, { typeUrl: known.typeUrl, value }));
  }
  const desc = REGISTRY.getMessage(known.$typeName);
  if (desc === undefined) return undefined;
  mergeMessage(desc, known, given);
  return anyPack(desc, known);
}

function isTypedStruct(message: { readonly $typeName: string }): message is TypedStruct {
  return message.$typeName === TypedStructSchema.typeName;
}

/** Of a type that nobody here knows: as its fields would be merged, in either of JSON's spellings. */
function mergeObjects(into: JsonObject, from: JsonObject): JsonObject {
  const merged = new Map(Object.entries(into));
  for (const [name, given] of Object.entries(from)) {
    const spelled = [...merged.keys()].find((each) => camelCase(each) === camelCase(name)) ?? name;
    const known = merged.get(spelled);
    merged.set(spelled, known === undefined ? given : mergeValues(known, given));
  }
  return Object.fromEntries(merged);
}

function mergeValues(known: JsonValue, given: JsonValue): JsonValue {
  if (Array.isArray(known) && Array.isArray(given)) return [...known, ...given];
  return isObject(known) && isObject(given) ? mergeObjects(known, given) : given;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
