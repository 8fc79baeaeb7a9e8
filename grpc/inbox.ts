import { gunzipSync } from "node:zlib";
import { PharosError } from "#core/errors.ts";
import type { Budget } from "#core/limits/budget.ts";
import { FrameReader } from "#grpc/frames.ts";

export interface InboxOptions {
  /** Of one message. */
  readonly bytesMax: number;
  readonly budget: Budget;
  /** Whose bytes they are. */
  readonly party: string;
  /** Messages are compressed with gzip. */
  readonly readsGzip: boolean;
  /** How long a message may take to become whole, and the first one to begin. */
  readonly messageMs: number;
  /** Told once when one did not. */
  readonly onLate: (error: PharosError) => void;
}

/** What holding a piece costs beside its bytes: who sends single bytes pays for the objects that hold them. */
const CHUNK_BYTES = 256;

/** What arrives of one call, cut into messages. What is held of it is counted against its sender, and has an end. */
export class Inbox {
  readonly #options: InboxOptions;
  #reader: FrameReader | undefined;
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#reader = new FrameReader(options.bytesMax);
    if (options.readsGzip) this.#reader.inflate = (compressed, bytesMax) => this.#inflate(compressed, bytesMax);
    this.#expect();
  }

  /** Messages that `chunk` completed; they are held until `release`. Throws "too-large", "invalid", or "exhausted" beyond the budget. */
  push(chunk: Buffer): Buffer[] {
    if (this.#reader === undefined) return [];
    this.#take(chunk.length + CHUNK_BYTES);
    const messages = this.#reader.push(chunk);
    if (this.#reader.isEmpty) this.#stop();
    else if (messages.length > 0 || this.#timer === undefined) this.#expect();
    return messages;
  }

  /** The messages were dealt with: only what has begun is held. */
  release(): void {
    this.#hold(this.#reader?.bytesHeld ?? 0);
  }

  /** Holds nothing any more, and takes nothing. */
  close(): void {
    this.#stop();
    this.#reader = undefined;
    this.#hold(0);
  }

  #take(cost: number): void {
    const { budget, party } = this.#options;
    if (!budget.take(party, cost))
      throw new PharosError("exhausted", `too many bytes of ${party} are on their way`, {
        hint: "send them later, or fewer at a time",
      });
    this.#held += cost;
  }

  /** What little unpacks to is held against its sender too. */
  #inflate(compressed: Buffer, bytesMax: number): Buffer {
    try {
      const message = gunzipSync(compressed, { maxOutputLength: bytesMax });
      this.#take(message.length);
      return message;
    } catch (error) {
      if (error instanceof PharosError) throw error;
      if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE")
        throw new PharosError("too-large", `a gRPC message is over the limit of ${bytesMax} bytes when unpacked`);
      throw new PharosError("invalid", "a gRPC message is marked as compressed with gzip and is not");
    }
  }

  #hold(bytes: number): void {
    if (bytes >= this.#held) return;
    this.#options.budget.give(this.#options.party, this.#held - bytes);
    this.#held = bytes;
  }

  #expect(): void {
    this.#stop();
    const { messageMs, onLate } = this.#options;
    this.#timer = setTimeout(() => {
      this.close();
      onLate(new PharosError("timeout", `no whole message arrived within ${messageMs} ms`));
    }, messageMs);
    this.#timer.unref();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
