import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import type { XdsType } from "#core/xds/type-urls.ts";
import { REGISTRY, XDS_SCHEMAS } from "#proto/registry.ts";

/** A resource's body as proto3 JSON, for people to read. */
export function decodeResource(type: XdsType, body: Uint8Array): JsonValue {
  const schema = XDS_SCHEMAS[type];
  return toJson(schema, fromBinary(schema, body), { registry: REGISTRY });
}
