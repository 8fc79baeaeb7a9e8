import { PharosError } from "#core/errors.ts";

const HEADER_BYTES = 5;

/** The five bytes before a message: whether it is compressed, and its length. */
export function frameHeader(length: number, isCompressed = false): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header[0] = isCompressed ? 1 : 0;
  header.writeUInt32BE(length, 1);
  return header;
}

/** Reads a compressed message; throws when it is damaged or larger than `bytesMax`. */
export type Inflate = (compressed: Buffer, bytesMax: number) => Buffer;

/** Cuts a byte stream into messages. Throws "too-large" past `bytesMax`, and "invalid" on a compressed message before `inflate` is set. */
export class FrameReader {
  readonly #bytesMax: number;
  /** Set once both sides have agreed on an encoding. */
  inflate: Inflate | undefined;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Messages that `chunk` completed, in order. A message within one chunk is a view of it, not a copy. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const messages: Buffer[] = [];
    while (this.#length >= HEADER_BYTES) {
      const header = this.#peek(HEADER_BYTES);
      const isCompressed = header[0] === 1;
      const { inflate } = this;
      if (header[0] !== 0 && (!isCompressed || inflate === undefined))
        throw new PharosError("invalid", "a gRPC message is marked as compressed, but no encoding was agreed on");
      const size = header.readUInt32BE(1);
      if (size > this.#bytesMax)
        throw new PharosError("too-large", `a gRPC message of ${size} bytes is over the limit of ${this.#bytesMax}`);
      if (this.#length < HEADER_BYTES + size) break;
      const message = this.#take(HEADER_BYTES + size).subarray(HEADER_BYTES);
      messages.push(isCompressed && inflate !== undefined ? inflate(message, this.#bytesMax) : message);
    }
    return messages;
  }

  /** Of a message that is not whole yet. */
  get bytesHeld(): number {
    return this.#length;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  #peek(count: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= count) return first.subarray(0, count);
    this.#chunks = [Buffer.concat(this.#chunks)];
    return (this.#chunks[0] ?? Buffer.alloc(0)).subarray(0, count);
  }

  #take(count: number): Buffer {
    let [first] = this.#chunks;
    if (first === undefined || first.length < count) {
      first = Buffer.concat(this.#chunks);
      this.#chunks = [first];
    }
    this.#length -= count;
    const taken = first.subarray(0, count);
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    return taken;
  }
}
