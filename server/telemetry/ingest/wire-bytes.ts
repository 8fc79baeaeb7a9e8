const [VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32] = [0, 1, 2, 5];
const HIGH = 2 ** 32;
/** As `checkSize`: an empty message takes two bytes here, and far more once it is read. */
const MESSAGES_MAX = 500_000;

/**
 * Protobuf's wire format, as far as reports need it: a number for each number, and nothing made beside. A field of another wire type than
 * its own, and whatever ends too early, throws RangeError.
 */
export class WireBytes {
  readonly #bytes: Buffer;
  #messages = 0;
  #low = 0;
  #high = 0;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Of a varint its lowest 32 bits. */
  uint32(): number {
    const bytes = this.#bytes;
    const first = bytes[this.at] ?? 0x80;
    if (first < 0x80) {
      this.at += 1;
      return first;
    }
    this.#readLong();
    return this.#low;
  }

  uint32Of(tag: number): number {
    expectType(tag, VARINT);
    return this.uint32();
  }

  /** As near as JavaScript's numbers come, as `Number` of the whole of it. */
  int64(tag: number): number {
    expectType(tag, VARINT);
    this.#readLong();
    return (this.#high | 0) * HIGH + this.#low;
  }

  uint64(tag: number): number {
    expectType(tag, VARINT);
    this.#readLong();
    return this.#high * HIGH + this.#low;
  }

  double(tag: number): number {
    expectType(tag, FIXED_64);
    this.at += 8;
    if (this.at > this.#bytes.length) throw new RangeError("a number ends too early");
    return this.#bytes.readDoubleLE(this.at - 8);
  }

  /**
   * Of a list, packed or one by one, behind `before`, which this answered of the parts before: mostly all of it is here at once, in an
   * array of its size.
   */
  uint32s(tag: number, before: readonly number[]): readonly number[] {
    if ((tag & 7) === VARINT) return append(before, [this.uint32()]);
    const end = this.#endOf(tag);
    const bytes = this.#bytes;
    let count = 0;
    for (let at = this.at; at < end; at += 1) if ((bytes[at] ?? 0) < 0x80) count += 1;
    const values = new Array<number>(count);
    for (let index = 0; index < count; index += 1) values[index] = this.uint32();
    if (this.at !== end) throw new RangeError("a list ends within a number");
    return append(before, values);
  }

  /** Where a message within this one ends. */
  enter(tag: number): number {
    this.#messages += 1;
    if (this.#messages > MESSAGES_MAX)
      throw new RangeError(`more than ${MESSAGES_MAX} messages in one: send it in parts`);
    return this.#endOf(tag);
  }

  #endOf(tag: number): number {
    expectType(tag, LENGTH_DELIMITED);
    const length = this.uint32();
    const end = this.at + length;
    if (end > this.#bytes.length) throw new RangeError("a field ends too early");
    return end;
  }

  /** Each byte a character. */
  latin1(from: number, to: number): string {
    return this.#bytes.toString("latin1", from, to);
  }

  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  skip(tag: number): void {
    const type = tag & 7;
    if (type === VARINT) this.#readLong();
    else if (type === LENGTH_DELIMITED) this.at = this.#endOf(tag);
    else if (type === FIXED_64) this.at += 8;
    else if (type === FIXED_32) this.at += 4;
    else throw new RangeError(`wire type ${type}`);
    if (this.at > this.#bytes.length) throw new RangeError("a field ends too early");
  }

  /** A varint, into two halves of 32 bits: no object is made for each. */
  #readLong(): void {
    const bytes = this.#bytes;
    let [low, high] = [0, 0];
    for (let index = 0; index < 10; index += 1) {
      const byte = bytes[this.at];
      if (byte === undefined) break;
      this.at += 1;
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high = bits >> 4;
      } else high |= bits << (7 * index - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new RangeError("a number ends too early, or not at all");
  }
}

/** A list that is not empty was made here, and grows: who sends one in very many parts would have it copied for each. */
function append(before: readonly number[], more: readonly number[]): readonly number[] {
  if (before.length === 0) return more;
  for (const each of more) (before as number[]).push(each);
  return before;
}

function expectType(tag: number, type: number): void {
  if ((tag & 7) !== type) throw new RangeError(`field ${tag >>> 3} is of wire type ${tag & 7}`);
}
