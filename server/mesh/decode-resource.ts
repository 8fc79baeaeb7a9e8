import { create, fromBinary, isMessage, type JsonValue, toJson } from "@bufbuild/protobuf";
import type { XdsType } from "#core/xds/type-urls.ts";
import { DataSourceSchema } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { SecretSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import { REGISTRY, XDS_SCHEMAS } from "#proto/registry.ts";

/** A resource's body as proto3 JSON, for people to read. Of a secret they see all but private keys. */
export function decodeResource(type: XdsType, body: Uint8Array): JsonValue {
  const schema = XDS_SCHEMAS[type];
  const message = fromBinary(schema, body);
  if (isMessage(message, SecretSchema) && message.type.case === "tlsCertificate")
    message.type.value.privateKey = create(DataSourceSchema, {
      specifier: { case: "inlineString", value: "[redacted]" },
    });
  return toJson(schema, message, { registry: REGISTRY });
}
