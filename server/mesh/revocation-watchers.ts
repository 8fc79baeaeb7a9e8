import { PharosError } from "#core/errors.ts";
import type { ServerStream } from "#grpc/server-stream.ts";

/** An agent has one; another may begin before the one that it lost is known to be over. */
const PER_CONNECTION_MAX = 4;
/** Bytes that wait from which on only the newest lists are kept. More than a stream takes without telling of its drain. */
const WAITING_BYTES_MAX = 64 * 1024;

/** Streams that are told the newest message: who does not read is sent no second one while one waits, and is owed the newest. */
export class RevocationWatchers {
  /** Whether it is owed a message once what waits has left. */
  readonly #isOwed = new Map<ServerStream, boolean>();
  readonly #byConnection = new Map<string, number>();
  #message: Uint8Array;

  constructor(message: Uint8Array) {
    this.#message = message;
  }

  /** Throws "exhausted" when its connection has too many already; an identity's connections are limited themselves. */
  add(stream: ServerStream): void {
    const { address } = stream.peer;
    const open = this.#byConnection.get(address) ?? 0;
    if (open >= PER_CONNECTION_MAX)
      throw new PharosError("exhausted", `${open} streams of ${address} watch revocations already`, {
        hint: "one is enough; end the others",
      });
    this.#byConnection.set(address, open + 1);
    this.#isOwed.set(stream, false);
    this.#send(stream);
  }

  remove(stream: ServerStream): void {
    if (!this.#isOwed.delete(stream)) return;
    const { address } = stream.peer;
    const left = (this.#byConnection.get(address) ?? 0) - 1;
    if (left > 0) this.#byConnection.set(address, left);
    else this.#byConnection.delete(address);
  }

  drained(stream: ServerStream): void {
    if (this.#isOwed.get(stream) === true) this.#send(stream);
  }

  tell(message: Uint8Array): void {
    this.#message = message;
    for (const stream of this.#isOwed.keys()) this.#send(stream);
  }

  #send(stream: ServerStream): void {
    const hasToWait = stream.queuedBytes > WAITING_BYTES_MAX;
    this.#isOwed.set(stream, hasToWait);
    if (hasToWait || stream.send([this.#message])) return;
    stream.fail(new PharosError("exhausted", "too much waits to be read", { hint: "read, and watch again" }));
  }
}
