import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { checkSize } from "#proto/check-size.ts";

/** A message that somebody else encoded. Throws "invalid", with the message's name, on what is none: that is its sender's fault. */
export function readMessage<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  try {
    checkSize(schema, bytes);
    return fromBinary(schema, bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PharosError("invalid", `the message is not a ${schema.typeName}: ${why.slice(0, 200)}`, { cause });
  }
}
