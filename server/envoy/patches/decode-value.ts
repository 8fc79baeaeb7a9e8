import { type DescField, type DescMessage, fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import type { PatchTarget } from "#core/resolve/envoy-patches.ts";
import type { JsonObject, JsonValue as Written } from "#core/schema/field.ts";
import type { Path } from "#core/schema/path.ts";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { TypedExtensionConfigSchema } from "#proto/gen/envoy/config/core/v3/extension_pb.js";
import {
  FilterChainSchema,
  FilterSchema,
  ListenerFilterSchema,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { RouteSchema, VirtualHostSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { RouteConfigurationSchema } from "#proto/gen/envoy/config/route/v3/route_pb.js";
import { HttpFilterSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { TypedStructSchema } from "#proto/gen/xds/type/v3/typed_struct_pb.js";
import { REGISTRY } from "#proto/registry.ts";
import { confineScripts } from "#server/envoy/extensions/confine-script.ts";

/** The message that each patch's value is one of. */
export const PATCH_SCHEMAS = {
  LISTENER: ListenerSchema,
  LISTENER_FILTER: ListenerFilterSchema,
  FILTER_CHAIN: FilterChainSchema,
  NETWORK_FILTER: FilterSchema,
  HTTP_FILTER: HttpFilterSchema,
  ROUTE_CONFIGURATION: RouteConfigurationSchema,
  VIRTUAL_HOST: VirtualHostSchema,
  HTTP_ROUTE: RouteSchema,
  CLUSTER: ClusterSchema,
  EXTENSION_CONFIG: TypedExtensionConfigSchema,
} as const satisfies Readonly<Record<PatchTarget, DescMessage>>;

export interface ValueProblem {
  /** From the value on. */
  readonly path: Path;
  readonly message: string;
}

export type DecodedValue =
  | { readonly message: Message; readonly problems: readonly [] }
  | { readonly message: undefined; readonly problems: readonly ValueProblem[] };

const ANY = "google.protobuf.Any";
/** Both names that Envoy has had for it; the second is that of Istio's own examples, and stock Envoy reads it no more. */
const TYPED_STRUCTS: readonly string[] = [TypedStructSchema.typeName, "udpa.type.v1.TypedStruct"];
/** JSON has forms of its own for these, in which there is no field to look for. */
const OWN_JSON = /^google\.protobuf\.(?!Any$)/;

/**
 * A patch's value as the message that it is part of. A field that is not Envoy's is a problem, and so is a value that does not fit; a
 * typed configuration of a type that is not known here goes to Envoy as a TypedStruct, and Envoy reads it; a TypedStruct of one that is
 * known is that one. Scripts are confined.
 */
export function decodeValue(target: PatchTarget, value: JsonObject): DecodedValue {
  const schema = PATCH_SCHEMAS[target];
  const problems: ValueProblem[] = [];
  const json = readMessage(schema, confineScripts(value), [], problems);
  if (problems.length > 0) return { message: undefined, problems };
  try {
    return { message: fromJson(schema, json, { registry: REGISTRY }), problems: [] };
  } catch (error) {
    return { message: undefined, problems: [{ path: [], message: wordsOf(error) }] };
  }
}

function readMessage(desc: DescMessage, value: Written, path: Path, problems: ValueProblem[]): JsonValue {
  if (!isObject(value)) {
    problems.push({ path, message: `must be an object: it is ${desc.typeName}` });
    return {};
  }
  const read: Record<string, JsonValue> = {};
  for (const [name, given] of Object.entries(value)) {
    const here = [...path, name];
    const field = desc.fields.find((each) => each.jsonName === name || each.name === name);
    if (field === undefined) problems.push({ path: here, message: `${desc.typeName} has no field ${name}` });
    else read[field.jsonName] = given === null ? null : readField(desc, field, given, here, problems);
  }
  return read;
}

function readField(
  desc: DescMessage,
  field: DescField,
  given: Written,
  path: Path,
  problems: ValueProblem[],
): JsonValue {
  const { message } = field;
  if (message === undefined || OWN_JSON.test(message.typeName)) {
    const json = given as JsonValue;
    const words = refusalOf(desc, { [field.jsonName]: json });
    if (words !== undefined) problems.push({ path, message: words });
    return json;
  }
  const read = (each: Written, at: Path): JsonValue =>
    message.typeName === ANY ? readAny(each, at, problems) : readMessage(message, each, at, problems);
  if (field.fieldKind === "list") {
    if (Array.isArray(given)) return given.map((each: Written, index) => read(each, [...path, index]));
    problems.push({ path, message: "must be a list" });
    return [];
  }
  if (field.fieldKind !== "map") return read(given, path);
  if (isObject(given))
    return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, read(each, [...path, key])]));
  problems.push({ path, message: "must be an object of names and values" });
  return {};
}

function readAny(given: Written, path: Path, problems: ValueProblem[]): JsonValue {
  const { "@type": url, ...rest } = isObject(given) ? given : {};
  if (typeof url !== "string" || !url.includes("/")) {
    problems.push({
      path: [...path, "@type"],
      message: "is missing: write type.googleapis.com/ and the name of the message",
    });
    return {};
  }
  const type = url.slice(url.lastIndexOf("/") + 1);
  if (TYPED_STRUCTS.includes(type)) return readTypedStruct(rest, path, problems);
  const desc = REGISTRY.getMessage(type);
  if (desc === undefined)
    return { "@type": `type.googleapis.com/${TypedStructSchema.typeName}`, typeUrl: url, value: rest as JsonValue };
  if (OWN_JSON.test(desc.typeName)) return given as JsonValue;
  return { "@type": url, ...(readMessage(desc, rest, path, problems) as object) };
}

/** What it holds is the message that it names, and is read as if it stood there itself. */
function readTypedStruct(
  { type_url, typeUrl = type_url, value = {} }: JsonObject,
  path: Path,
  problems: ValueProblem[],
) {
  const inner = isObject(value) && typeof typeUrl === "string" ? { ...value, "@type": typeUrl } : undefined;
  if (inner !== undefined) return readAny(inner, [...path, "value"], problems);
  const [field, message] = isObject(value)
    ? ["type_url", "is missing: write type.googleapis.com/ and the name of the message that value is"]
    : ["value", "must be an object"];
  problems.push({ path: [...path, field], message });
  return {};
}

function refusalOf(desc: DescMessage, json: JsonValue): string | undefined {
  try {
    fromJson(desc, json, { registry: REGISTRY });
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isObject(value: Written): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
