import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Of messages within a message: an empty one takes two bytes on the wire and some hundreds once it is read. */
const MESSAGES_MAX = 500_000;
const DEPTH_MAX = 100;

type Inner = ReadonlyMap<number, DescMessage>;

const known = new WeakMap<DescMessage, Inner>();

/** Throws what is wrong with a message that would be far larger read than written. What is no message of that kind may pass. */
export function checkSize(schema: DescMessage, bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  let messages = 0;
  const walk = (desc: DescMessage, end: number, depth: number): void => {
    if (depth > DEPTH_MAX) throw new Error(`messages nested deeper than ${DEPTH_MAX}`);
    const inner = innerOf(desc);
    while (reader.pos < end) {
      const tag = reader.uint32();
      const [no, type] = [tag >>> 3, tag & 7];
      const of = type === WireType.LengthDelimited ? inner.get(no) : undefined;
      if (of === undefined) {
        pass(reader, bytes, type, no);
        continue;
      }
      messages += 1;
      if (messages > MESSAGES_MAX) throw new Error(`more than ${MESSAGES_MAX} messages in one: send it in parts`);
      const length = reader.uint32();
      walk(of, Math.min(end, reader.pos + length), depth + 1);
    }
  };
  walk(schema, reader.len, 0);
}

/** As `skip` does, which makes an array of each field that it goes over. */
function pass(reader: BinaryReader, bytes: Uint8Array, type: WireType, no: number): void {
  if (type === WireType.LengthDelimited) {
    const length = reader.uint32();
    reader.pos += length;
  } else if (type === WireType.Varint) {
    while (((bytes[reader.pos++] ?? 0) & 0x80) !== 0);
  } else reader.skip(type, no);
}

/** What a message's fields are, by number, where they are messages. */
function innerOf(desc: DescMessage): Inner {
  let inner = known.get(desc);
  if (inner === undefined) {
    inner = new Map(
      desc.fields.flatMap((field) => {
        const of =
          field.fieldKind === "message" || (field.fieldKind === "list" && field.listKind === "message")
            ? field.message
            : undefined;
        return of === undefined ? [] : [[field.number, of] as const];
      }),
    );
    known.set(desc, inner);
  }
  return inner;
}
