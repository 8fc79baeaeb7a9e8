import type { Socket } from "node:net";
import { PharosError } from "#core/errors.ts";
import { FrameReader, frameHeader } from "#grpc/frames.ts";
import {
  encodeFields,
  encodeFrame,
  encodeSettings,
  encodeUint32,
  FLAGS,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  FRAMES,
  PREFACE,
  SETTINGS,
  WINDOW_BYTES,
  WINDOW_BYTES_MAX,
} from "#grpc/http2-frames.ts";
import { trailersOfError } from "#grpc/status.ts";

export interface LocalCall {
  /** Called once when the caller does not wait any more, also where its word of that crosses the answer. */
  onHangUp: (() => void) | undefined;
  /** Aborts when the connection ends: one for all calls that come by it. */
  readonly connection: AbortSignal;
}

export type HandleLocal = (request: Buffer, call: LocalCall) => Uint8Array | Promise<Uint8Array>;

interface Stream extends LocalCall {
  readonly reader: FrameReader;
  request: Buffer | undefined;
  bytesTaken: number;
  isAsked: boolean;
}

/** What is left of an answer for which the caller has no room yet. */
interface Stalled {
  readonly message: Uint8Array;
  at: number;
  window: number;
}

const REQUEST_BYTES_MAX = 1 << 20;
const STREAMS_MAX = 1000;
/** Answers that may yet cross a word that nobody waits for them. */
const ANSWERED_MAX = 4096;
/** Of answers that nobody reads. */
const QUEUE_BYTES_MAX = 16 << 20;

const HEADERS = encodeFields({ "content-type": "application/grpc" }, true);
const TRAILERS = encodeFields({ "grpc-status": "0" }, false);
const NO_BYTES = Buffer.alloc(0);
const REFUSED_STREAM = 7;

/**
 * A proxy's connection to a service of one unary method. What headers say does not matter, so they are not read; an answer that is
 * there at once leaves with all others of the same bytes that came.
 */
export class LocalConnection {
  readonly #socket: Socket;
  readonly #handle: HandleLocal;
  readonly #onFailure: (error: unknown) => void;
  readonly #ended = new AbortController();
  readonly #streams = new Map<number, Stream>();
  readonly #answered = new Map<number, () => void>();
  readonly #stalled = new Map<number, Stalled>();
  #rest: Buffer = NO_BYTES;
  #hasPreface = false;
  #isReading = false;
  #isDue = false;
  #out: Uint8Array[] = [];
  /** Bytes that the other side takes: of all streams, and of a new one. */
  #window = WINDOW_BYTES;
  #streamWindow = WINDOW_BYTES;
  /** Bytes that came and were not yet made room for. */
  #taken = 0;

  constructor(socket: Socket, handle: HandleLocal, onFailure: (error: unknown) => void) {
    this.#socket = socket;
    this.#handle = handle;
    this.#onFailure = onFailure;
    const settings = encodeSettings([
      [SETTINGS.maxConcurrentStreams, STREAMS_MAX],
      [SETTINGS.initialWindowSize, REQUEST_BYTES_MAX],
    ]);
    socket.write(
      Buffer.concat([
        encodeFrame(FRAMES.settings, 0, 0, settings),
        encodeFrame(FRAMES.windowUpdate, 0, 0, encodeUint32(WINDOW_BYTES_MAX - WINDOW_BYTES)),
      ]),
    );
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.once("close", () => {
      for (const { onHangUp } of this.#streams.values()) onHangUp?.();
      for (const onHangUp of this.#answered.values()) onHangUp();
      this.#ended.abort();
    });
  }

  #read(chunk: Buffer): void {
    this.#isReading = true;
    try {
      let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
      if (!this.#hasPreface && bytes.length >= PREFACE.length) {
        if (!bytes.subarray(0, PREFACE.length).equals(PREFACE)) throw new PharosError("invalid", "it speaks no HTTP/2");
        this.#hasPreface = true;
        bytes = bytes.subarray(PREFACE.length);
      }
      this.#rest = this.#hasPreface ? this.#frames(bytes) : bytes;
    } catch (error) {
      this.#onFailure(error);
      this.#socket.destroy();
    }
    this.#isReading = false;
    this.#flush();
  }

  /** What is left of bytes when all whole frames are taken. */
  #frames(bytes: Buffer): Buffer {
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER_BYTES && !this.#socket.destroyed) {
      const length = bytes.readUIntBE(at, 3);
      if (length > FRAME_BYTES_MAX) throw new PharosError("too-large", `a frame of ${length} bytes`);
      const end = at + FRAME_HEADER_BYTES + length;
      if (bytes.length < end) break;
      const [type = 0, flags = 0] = bytes.subarray(at + 3, at + 5);
      this.#frame(type, flags, bytes.readUInt32BE(at + 5) & WINDOW_BYTES_MAX, bytes.subarray(at + 9, end));
      at = end;
    }
    return at === bytes.length ? NO_BYTES : bytes.subarray(at);
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case FRAMES.headers:
        this.#headers(id, flags);
        return;
      case FRAMES.data:
        this.#data(id, flags, payload);
        return;
      case FRAMES.reset:
        this.#reset(id);
        return;
      case FRAMES.settings:
        if ((flags & FLAGS.ack) === 0) this.#settings(payload);
        return;
      case FRAMES.ping:
        if ((flags & FLAGS.ack) === 0) this.#send(encodeFrame(FRAMES.ping, FLAGS.ack, 0, payload));
        return;
      case FRAMES.windowUpdate:
        this.#widen(id, payload.readUInt32BE(0) & WINDOW_BYTES_MAX);
        return;
      case FRAMES.pushPromise:
        throw new PharosError("invalid", "a client promises nothing");
      default:
      // What headers go on with, priorities, a last word, and what is not known says nothing to this side.
    }
  }

  #headers(id: number, flags: number): void {
    let stream = this.#streams.get(id);
    if (stream === undefined) {
      if (this.#streams.size >= STREAMS_MAX) {
        this.#send(encodeFrame(FRAMES.reset, 0, id, encodeUint32(REFUSED_STREAM)));
        return;
      }
      const reader = new FrameReader(REQUEST_BYTES_MAX);
      const connection = this.#ended.signal;
      stream = { reader, request: undefined, bytesTaken: 0, isAsked: false, onHangUp: undefined, connection };
      this.#streams.set(id, stream);
    }
    if ((flags & FLAGS.endStream) !== 0) this.#asked(id, stream);
  }

  #data(id: number, flags: number, payload: Buffer): void {
    this.#taken += payload.length;
    if (this.#taken > WINDOW_BYTES_MAX / 2) {
      this.#send(encodeFrame(FRAMES.windowUpdate, 0, 0, encodeUint32(this.#taken)));
      this.#taken = 0;
    }
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.isAsked) return;
    stream.bytesTaken += payload.length;
    try {
      if (stream.bytesTaken > REQUEST_BYTES_MAX) throw new PharosError("too-large", "a request is over 1 MB");
      const isPadded = (flags & FLAGS.padded) !== 0;
      const bytes = isPadded ? payload.subarray(1, payload.length - (payload[0] ?? 0)) : payload;
      if (bytes.length > 0) stream.request = stream.reader.push(bytes)[0] ?? stream.request;
    } catch (error) {
      this.#fail(id, stream, error);
      return;
    }
    if ((flags & FLAGS.endStream) !== 0) this.#asked(id, stream);
  }

  #asked(id: number, stream: Stream): void {
    if (stream.isAsked) return;
    stream.isAsked = true;
    try {
      if (stream.request === undefined) throw new PharosError("invalid", "the call ended without a message");
      const reply = this.#handle(stream.request, stream);
      if (reply instanceof Promise)
        reply.then(
          (later) => this.#answer(id, stream, later),
          (error: unknown) => this.#fail(id, stream, error),
        );
      else this.#answer(id, stream, reply);
    } catch (error) {
      this.#fail(id, stream, error);
    }
  }

  #reset(id: number): void {
    const onHangUp = this.#streams.get(id)?.onHangUp ?? this.#answered.get(id);
    this.#streams.delete(id);
    this.#answered.delete(id);
    this.#stalled.delete(id);
    onHangUp?.();
  }

  #settings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      if (payload.readUInt16BE(at) !== SETTINGS.initialWindowSize) continue;
      const window = payload.readUInt32BE(at + 2);
      for (const stalled of this.#stalled.values()) stalled.window += window - this.#streamWindow;
      this.#streamWindow = window;
    }
    this.#send(encodeFrame(FRAMES.settings, FLAGS.ack, 0, NO_BYTES));
    this.#resume();
  }

  #widen(id: number, bytes: number): void {
    if (id === 0) this.#window += bytes;
    else {
      const stalled = this.#stalled.get(id);
      if (stalled !== undefined) stalled.window += bytes;
    }
    this.#resume();
  }

  #answer(id: number, stream: Stream, reply: Uint8Array): void {
    // Whoever hung up is not answered.
    if (this.#streams.get(id) !== stream) return;
    this.#streams.delete(id);
    if (stream.onHangUp !== undefined) this.#expectHangUp(id, stream.onHangUp);
    const length = reply.length + 5;
    if (length <= Math.min(this.#window, this.#streamWindow, FRAME_BYTES_MAX)) {
      this.#window -= length;
      this.#send(encodeWhole(id, reply));
      return;
    }
    this.#send(encodeFrame(FRAMES.headers, FLAGS.endHeaders, id, HEADERS));
    const message = Buffer.concat([frameHeader(reply.length), reply]);
    this.#stalled.set(id, { message, at: 0, window: this.#streamWindow });
    this.#resume();
  }

  #fail(id: number, stream: Stream, error: unknown): void {
    if (this.#streams.get(id) !== stream) return;
    this.#streams.delete(id);
    if (PharosError.from(error).code === "internal") this.#onFailure(error);
    const fields = encodeFields({ "content-type": "application/grpc", ...trailersOfError(error) }, true);
    this.#send(
      encodeFrame(FRAMES.headers, FLAGS.endHeaders | FLAGS.endStream, id, fields.subarray(0, FRAME_BYTES_MAX)),
    );
  }

  #expectHangUp(id: number, onHangUp: () => void): void {
    this.#answered.set(id, onHangUp);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > ANSWERED_MAX && oldest !== undefined) this.#answered.delete(oldest);
  }

  #resume(): void {
    for (const [id, stalled] of this.#stalled) {
      const { message } = stalled;
      while (stalled.at < message.length) {
        const most = Math.min(this.#window, stalled.window, FRAME_BYTES_MAX, message.length - stalled.at);
        if (most <= 0) break;
        this.#send(encodeFrame(FRAMES.data, 0, id, message.subarray(stalled.at, stalled.at + most)));
        stalled.at += most;
        stalled.window -= most;
        this.#window -= most;
      }
      if (stalled.at < message.length) continue;
      this.#stalled.delete(id);
      this.#send(encodeFrame(FRAMES.headers, FLAGS.endHeaders | FLAGS.endStream, id, TRAILERS));
    }
  }

  #send(bytes: Uint8Array): void {
    this.#out.push(bytes);
    if (this.#isReading || this.#isDue) return;
    this.#isDue = true;
    // With all else that is answered in this turn.
    process.nextTick(() => this.#flush());
  }

  #flush(): void {
    this.#isDue = false;
    const [first] = this.#out;
    if (first === undefined || this.#socket.destroyed) return;
    const bytes = this.#out.length === 1 ? first : Buffer.concat(this.#out);
    this.#out = [];
    this.#socket.write(bytes);
    if (this.#socket.writableLength > QUEUE_BYTES_MAX) this.#socket.destroy();
  }
}

/** Headers, the message and trailers, as one. */
function encodeWhole(id: number, reply: Uint8Array): Buffer {
  return Buffer.concat([
    encodeFrame(FRAMES.headers, FLAGS.endHeaders, id, HEADERS),
    dataHeader(id, reply.length + 5),
    frameHeader(reply.length),
    reply,
    encodeFrame(FRAMES.headers, FLAGS.endHeaders | FLAGS.endStream, id, TRAILERS),
  ]);
}

function dataHeader(id: number, length: number): Buffer {
  const header = encodeFrame(FRAMES.data, 0, id, NO_BYTES);
  header.writeUIntBE(length, 0, 3);
  return header;
}
