import { PharosError } from "#core/errors.ts";

const HEADER_BYTES = 5;

/** The five bytes before a message: not compressed, and its length. */
export function frameHeader(length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header[0] = 0;
  header.writeUInt32BE(length, 1);
  return header;
}

/** Cuts a byte stream into messages. Throws "too-large" past `bytesMax`, and "internal" on a message marked as compressed. */
export class FrameReader {
  readonly #bytesMax: number;
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
      if (header[0] !== 0)
        throw new PharosError("internal", "a gRPC message is marked as compressed, but no encoding was agreed on");
      const size = header.readUInt32BE(1);
      if (size > this.#bytesMax)
        throw new PharosError("too-large", `a gRPC message of ${size} bytes is over the limit of ${this.#bytesMax}`);
      if (this.#length < HEADER_BYTES + size) break;
      messages.push(this.#take(HEADER_BYTES + size).subarray(HEADER_BYTES));
    }
    return messages;
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
