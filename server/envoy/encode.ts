import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { Origin, XdsResource } from "#core/xds/layer.ts";

/** Hash of bytes as hex: handed in, for this folder is pure. */
export type Hash = (bytes: Uint8Array) => string;

export function encodeResource<D extends DescMessage>(
  schema: D,
  name: string,
  message: MessageShape<D>,
  origins: readonly Origin[],
  hash: Hash,
): XdsResource {
  const body = toBinary(schema, message);
  return { name, version: hash(body), body, origins };
}
