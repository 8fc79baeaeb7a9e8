/** A stream with large messages that wait to be written. */
export interface GatedStream {
  /** Writes the next slice of the message at hand, and calls back when it has left or never will. False when no message is left. */
  writeSlice(onLeft: () => void): boolean;
}

/** A reader slower than this no longer holds up the others. */
const SLOW_AFTER_MS = 1000;

/**
 * Lets large messages out a few streams at a time, first come first served, slice by slice. Thousands of streams that are
 * sent megabytes at once would each have its share copied, framed and encrypted before any has left (and Node keeps, per
 * TLS connection, two buffers as large as its largest write): the same bytes leave no later in turn.
 */
export class SendGate {
  readonly #streamsMax: number;
  readonly #queue = new Set<GatedStream>();
  readonly #writing = new Set<GatedStream>();
  #active = 0;

  constructor(streamsMax: number) {
    this.#streamsMax = streamsMax;
  }

  /** Has the stream's messages written in turn. */
  admit(stream: GatedStream): void {
    if (this.#writing.has(stream)) return;
    this.#queue.add(stream);
    this.#pump();
  }

  #pump(): void {
    for (const stream of this.#queue) {
      if (this.#active >= this.#streamsMax) return;
      this.#queue.delete(stream);
      this.#writing.add(stream);
      this.#active += 1;
      this.#write(stream, true);
    }
  }

  #write(stream: GatedStream, hasSlot: boolean): void {
    let isSlow = !hasSlot;
    const giveUp = (): void => {
      if (isSlow) return;
      isSlow = true;
      this.#active -= 1;
      this.#pump();
    };
    const timer = setTimeout(giveUp, SLOW_AFTER_MS);
    const isWritten = stream.writeSlice(() => {
      clearTimeout(timer);
      this.#write(stream, !isSlow);
    });
    if (isWritten) return;
    clearTimeout(timer);
    this.#writing.delete(stream);
    giveUp();
  }
}
