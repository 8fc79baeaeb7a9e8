import { fromBinary, toJson } from "@bufbuild/protobuf";
import type { XdsType } from "#core/xds/type-urls.ts";
import { REGISTRY, XDS_SCHEMAS } from "#proto/registry.ts";

/** An encoded xDS resource as proto3 JSON, as Envoy's config dump shows it. */
export function decodeResource(type: XdsType, body: Uint8Array): unknown {
  const schema = XDS_SCHEMAS[type];
  return toJson(schema, fromBinary(schema, body) as never, { registry: REGISTRY });
}
