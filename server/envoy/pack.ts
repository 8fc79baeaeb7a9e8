import { create, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyPack, type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import { parseDurationMs } from "#core/duration.ts";

/** What a message is made from, to be put together in parts. */
export type Init<D extends DescMessage> = Exclude<MessageInitShape<D>, Message>;

/** A message inside an Any. */
export function pack<D extends DescMessage>(schema: D, init: MessageInitShape<D>): Any {
  return anyPack(schema, create(schema, init));
}

/** What filters, loggers and sockets are: a name and a typed configuration. */
export function typed<D extends DescMessage>(
  name: string,
  schema: D,
  init: MessageInitShape<D>,
): { name: string; configType: { case: "typedConfig"; value: Any } } {
  return { name, configType: { case: "typedConfig", value: pack(schema, init) } };
}

export function durationMs(ms: number): Duration {
  const seconds = Math.floor(ms / 1000);
  return create(DurationSchema, { seconds: BigInt(seconds), nanos: Math.round((ms - seconds * 1000) * 1e6) });
}

/** A duration as the resource writes it; ingest has checked it. */
export function duration(text: string): Duration {
  return durationMs(parseDurationMs(text) ?? 0);
}
