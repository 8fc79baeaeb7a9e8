import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { RateLimitResponse_Code } from "#proto/gen/envoy/service/ratelimit/v3/rls_pb.js";

// `envoy.service.ratelimit.v3` as far as an agent reads and writes it, without the objects that the library makes of messages: they cost
// more than a decision does, and every request of a limited workload is one.

export interface LimitDescriptor {
  readonly entries: readonly { readonly key: string; readonly value: string }[];
  readonly hitsAddend: number | undefined;
}

export interface LimitAnswer {
  readonly isAdmitted: boolean;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Dynamic metadata: Envoy notes it under the filter's name. */
  readonly marks: Readonly<Record<string, string>>;
}

/** Descriptors of a `RateLimitRequest`; what is no UTF-8 in a value stands as one sign. Throws where the bytes are no message. */
export function decodeLimitRequest(bytes: Uint8Array): LimitDescriptor[] {
  const reader = new BinaryReader(bytes);
  // One copy of nothing: text is read from the same memory.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const descriptors: LimitDescriptor[] = [];
  eachField(reader, reader.len, (no, end) => {
    if (no === 2) descriptors.push(readDescriptor(reader, end, text));
  });
  return descriptors;
}

function readDescriptor(reader: BinaryReader, end: number, text: Buffer): LimitDescriptor {
  const entries: { key: string; value: string }[] = [];
  let hitsAddend: number | undefined;
  eachField(reader, end, (no, inner) => {
    if (no === 1) {
      let [key, value] = ["", ""];
      eachField(reader, inner, (part, last) => {
        if (part === 1) key = text.toString("utf8", reader.pos, last);
        else if (part === 2) value = text.toString("utf8", reader.pos, last);
      });
      entries.push({ key, value });
    } else if (no === 3) {
      hitsAddend = 0;
      eachVarint(reader, inner, (part, units) => {
        if (part === 1) hitsAddend = units;
      });
    }
  });
  return { entries, hitsAddend };
}

/** Fields that have a length, up to an end: `read` may leave one where it is. */
function eachField(reader: BinaryReader, end: number, read: (no: number, end: number) => void): void {
  while (reader.pos < end) {
    const [no, type] = reader.tag();
    if (type !== WireType.LengthDelimited) {
      reader.skip(type, no);
      continue;
    }
    const length = reader.uint32();
    const last = reader.pos + length;
    if (last > end) throw new RangeError("a message ends before its fields");
    read(no, last);
    reader.pos = last;
  }
}

function eachVarint(reader: BinaryReader, end: number, read: (no: number, value: number) => void): void {
  while (reader.pos < end) {
    const [no, type] = reader.tag();
    if (type === WireType.Varint) read(no, Number(reader.uint64()));
    else reader.skip(type, no);
  }
}

/** A `RateLimitResponse`, in one piece: how long each part is has to be known before it is written. */
export function encodeLimitAnswer({ isAdmitted, headers, body, marks }: LimitAnswer): Uint8Array {
  const code = isAdmitted ? RateLimitResponse_Code.OK : RateLimitResponse_Code.OVER_LIMIT;
  const added = headers.map(([name, value]) => {
    const [nameBytes, valueBytes] = [Buffer.byteLength(name), Buffer.byteLength(value)];
    return { name, value, nameBytes, valueBytes, bytes: sizeOf(nameBytes) + sizeOf(valueBytes) };
  });
  // Of `google.protobuf.Struct`: entries of its map, each a name and a value, which is a text.
  const noted = Object.entries(marks).map(([name, value]) => {
    const [nameBytes, valueBytes] = [Buffer.byteLength(name), Buffer.byteLength(value)];
    return { name, value, nameBytes, valueBytes, bytes: sizeOf(nameBytes) + sizeOf(sizeOf(valueBytes)) };
  });
  const bodyBytes = Buffer.byteLength(body);
  const notedBytes = sumOf(noted);
  const out = new Writer(
    CODES_BYTES +
      sumOf(added) +
      (bodyBytes === 0 ? 0 : sizeOf(bodyBytes)) +
      (noted.length === 0 ? 0 : sizeOf(notedBytes)),
  );
  out.code(1, code);
  out.head(2, 2);
  out.code(1, code);
  for (const { name, value, nameBytes, valueBytes, bytes } of added) {
    out.head(3, bytes);
    out.text(1, name, nameBytes);
    out.text(2, value, valueBytes);
  }
  if (bodyBytes > 0) out.text(5, body, bodyBytes);
  if (noted.length > 0) out.head(6, notedBytes);
  for (const { name, value, nameBytes, valueBytes, bytes } of noted) {
    out.head(1, bytes);
    out.text(1, name, nameBytes);
    out.head(2, sizeOf(valueBytes));
    out.text(3, value, valueBytes);
  }
  return out.bytes;
}

/** `overall_code`, and one of `statuses` with the same. */
const CODES_BYTES = 6;

/** Of a field of so many bytes, with its tag, which is one, and its length. */
function sizeOf(bytes: number): number {
  let size = bytes + 2;
  for (let left = bytes; left > 0x7f; left >>>= 7) size += 1;
  return size;
}

const sumOf = (fields: readonly { readonly bytes: number }[]): number =>
  fields.reduce((sum, { bytes }) => sum + sizeOf(bytes), 0);

class Writer {
  readonly bytes: Buffer;
  #at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  code(no: number, value: number): void {
    this.bytes[this.#at++] = (no << 3) | WireType.Varint;
    this.bytes[this.#at++] = value;
  }

  head(no: number, length: number): void {
    this.bytes[this.#at++] = (no << 3) | WireType.LengthDelimited;
    let left = length;
    for (; left > 0x7f; left >>>= 7) this.bytes[this.#at++] = (left & 0x7f) | 0x80;
    this.bytes[this.#at++] = left;
  }

  text(no: number, value: string, length: number): void {
    this.head(no, length);
    this.#at += this.bytes.write(value, this.#at, length, "utf8");
  }
}
