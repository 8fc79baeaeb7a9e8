import {
  constants,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { PharosError } from "#core/errors.ts";
import { frameHeader } from "#grpc/frames.ts";
import { describePeer, type Peer } from "#grpc/peer.ts";
import type { GatedStream, SendGate } from "#grpc/send-gate.ts";
import { ANSWERED, type ServerStream } from "#grpc/server-stream.ts";
import { trailersOfError } from "#grpc/status.ts";

export const CONTENT_TYPE = "application/grpc";
/** What is written at once of a large message. With its HTTP/2 and TLS framing it fits into one of the 16 KB buffers that Node keeps per TLS connection. */
const SLICE_BYTES = 15 * 1024;
/** What is smaller goes at once: turns are for what fills buffers. */
const LARGE_BYTES = SLICE_BYTES;

export interface ServerCallOptions {
  readonly stream: ServerHttp2Stream;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly queueBytesMax: number;
  readonly gate: SendGate;
}

const connections = new WeakMap<Http2Session, AbortSignal>();

function connectionOf(session: Http2Session): AbortSignal {
  const known = connections.get(session);
  if (known !== undefined) return known;
  const ended = new AbortController();
  session.once("close", () => ended.abort());
  connections.set(session, ended.signal);
  return ended.signal;
}

/** One call on its HTTP/2 stream: headers first, messages in order, trailers last, once each. */
export class ServerCall implements ServerStream, GatedStream {
  readonly stream: ServerHttp2Stream;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly peer: Peer;
  readonly acceptsGzip: boolean;
  readonly #abort = new AbortController();
  readonly #queueBytesMax: number;
  readonly #gate: SendGate;
  /** Slices of large messages, in order. */
  readonly #waiting: Uint8Array[][] = [];
  #waitingBytes = 0;
  #trailers: Record<string, string> = { "grpc-status": "0" };
  /** Called when all that waited has left. */
  onDrain: (() => void) | undefined;
  /** No more is taken to be sent. */
  isOver = false;
  /** What its party has of it: the stream, and each piece of work that was begun for it. */
  #held = 1;
  readonly #onFree: (() => void)[] = [];

  constructor({ stream, path, headers, queueBytesMax, gate }: ServerCallOptions) {
    this.stream = stream;
    this.path = path;
    this.headers = headers;
    this.acceptsGzip = String(headers["grpc-accept-encoding"] ?? "")
      .split(",")
      .some((encoding) => encoding.trim() === "gzip");
    this.#queueBytesMax = queueBytesMax;
    this.#gate = gate;
    const { session } = stream;
    this.peer =
      session === undefined ? { address: "gone", certificate: null } : describePeer(session as ServerHttp2Session);
    stream.once("close", () => {
      this.isOver = true;
      this.#waiting.length = 0;
      this.#abort.abort(stream.rstCode === constants.NGHTTP2_NO_ERROR ? ANSWERED : undefined);
      this.#let();
    });
  }

  /** Called once, when the stream has closed and all work that was begun for it has ended: a client that hangs up ends the one, not the other. */
  onFree(listener: () => void): void {
    this.#onFree.push(listener);
  }

  /** Work that goes on whether its caller waits or not. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#let();
    }
  }

  #let(): void {
    this.#held -= 1;
    if (this.#held === 0) for (const listener of this.#onFree.splice(0)) listener();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get connection(): AbortSignal {
    const { session } = this.stream;
    return session === undefined ? AbortSignal.abort() : connectionOf(session);
  }

  get queuedBytes(): number {
    return this.#waitingBytes + this.stream.writableLength;
  }

  /** Nothing can be sent any more; Node throws where one tries. Closed comes before destroyed: a client that hangs up. */
  get #isGone(): boolean {
    return this.stream.destroyed || this.stream.closed;
  }

  /** The client's deadline: past it nobody waits for the answer. */
  endAfter(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    const fail = (): void =>
      this.fail(new PharosError("timeout", `${this.path} did not answer within ${timeoutMs} ms`));
    const timer = setTimeout(fail, timeoutMs);
    this.stream.once("close", () => clearTimeout(timer));
  }

  /** Sends the headers, unless they were. */
  start(): void {
    if (this.stream.headersSent || this.#isGone) return;
    this.stream.respond(
      {
        ":status": 200,
        "content-type": CONTENT_TYPE,
        "grpc-accept-encoding": "identity",
        // What is compressed says so itself; this only names how.
        ...(this.acceptsGzip ? { "grpc-encoding": "gzip" } : {}),
      },
      { waitForTrailers: true },
    );
    this.stream.once("wantTrailers", () => {
      if (!this.#isGone) this.stream.sendTrailers(this.#trailers);
      // A client that would say more is told, once it has these, that nobody listens.
      setImmediate(() => {
        if (!this.stream.readableEnded && !this.stream.destroyed) this.stream.close(constants.NGHTTP2_NO_ERROR);
      });
    });
  }

  send(parts: readonly Uint8Array[], isGzip = false): boolean {
    if (this.isOver || this.#isGone) return false;
    let length = 0;
    for (const part of parts) length += part.length;
    const framed = [frameHeader(length, isGzip), ...parts];
    if (length < LARGE_BYTES && this.#waiting.length === 0) this.#write(framed);
    else {
      this.#waiting.push(...slice(framed));
      for (const part of framed) this.#waitingBytes += part.length;
      this.#gate.admit(this);
    }
    return this.queuedBytes <= this.#queueBytesMax;
  }

  writeSlice(onLeft: () => void): boolean {
    const parts = this.#waiting.shift();
    if (parts === undefined || this.#isGone) return false;
    for (const part of parts) this.#waitingBytes -= part.length;
    const left = once(onLeft);
    this.stream.once("close", left);
    this.#write(parts, () => {
      this.stream.removeListener("close", left);
      left();
      if (this.#waiting.length === 0) this.onDrain?.();
    });
    if (this.#waiting.length === 0 && this.isOver) this.stream.end();
    return true;
  }

  end(): void {
    if (this.isOver || this.#isGone) return;
    this.isOver = true;
    this.start();
    if (this.#waiting.length === 0) this.stream.end();
  }

  fail(error: unknown, status?: number): void {
    if (this.isOver || this.#isGone) return;
    this.isOver = true;
    this.#abort.abort();
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#trailers = trailersOfError(error, status);
    // One that does not read would not read this either.
    if (this.stream.writableLength > this.#queueBytesMax) this.stream.close(constants.NGHTTP2_CANCEL);
    else if (this.stream.headersSent) this.stream.end();
    else {
      this.stream.respond(
        { ":status": 200, "content-type": CONTENT_TYPE, "grpc-accept-encoding": "identity", ...this.#trailers },
        { endStream: true },
      );
      this.stream.close(constants.NGHTTP2_NO_ERROR);
    }
  }

  #write(parts: readonly Uint8Array[], onLeft?: () => void): void {
    this.start();
    this.stream.cork();
    for (const [index, part] of parts.entries())
      this.stream.write(part, index === parts.length - 1 ? onLeft : undefined);
    this.stream.uncork();
  }
}

function once(callback: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) callback();
    isCalled = true;
  };
}

/** Cuts parts into runs of at most SLICE_BYTES, as views. */
function slice(parts: readonly Uint8Array[]): Uint8Array[][] {
  const slices: Uint8Array[][] = [];
  let current: Uint8Array[] = [];
  let room = SLICE_BYTES;
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const piece = part.subarray(at, at + room);
      current.push(piece);
      at += piece.length;
      room -= piece.length;
      if (room > 0) continue;
      slices.push(current);
      current = [];
      room = SLICE_BYTES;
    }
  }
  if (current.length > 0) slices.push(current);
  return slices;
}
