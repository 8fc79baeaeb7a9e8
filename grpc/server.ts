import { constants as cryptoConstants } from "node:crypto";
import { chmodSync, rmSync } from "node:fs";
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { PharosError } from "#core/errors.ts";
import { FrameReader } from "#grpc/frames.ts";
import { type KeepAlive, keepAlive } from "#grpc/keep-alive.ts";
import { addressOf, describePeer, type Peer, whyUntrusted } from "#grpc/peer.ts";
import { SendGate } from "#grpc/send-gate.ts";
import { CONTENT_TYPE, ServerCall } from "#grpc/server-call.ts";
import type { CallInfo, ServerStream } from "#grpc/server-stream.ts";
import { parseTimeoutMs } from "#grpc/status.ts";

/** PEM. Clients are asked for a certificate and let in without one: handlers decide. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  readonly roots: string;
}

export interface StreamHandler {
  onMessage(message: Buffer): void;
  /** The client sends no more. */
  onEnd?(): void;
  /** The call is over, however it ended. Called once. */
  onClose?(): void;
  /** What waited has left. */
  onDrain?(): void;
}

export type GrpcMethod =
  | { readonly kind: "unary"; handle(request: Buffer, call: CallInfo): Promise<Uint8Array> }
  /** Throwing from `open` ends the call with that error. */
  | { readonly kind: "stream"; open(stream: ServerStream): StreamHandler };

export interface GrpcServerOptions {
  readonly methods: ReadonlyMap<string, GrpcMethod>;
  readonly tls?: ServerTls;
  readonly messageBytesMax?: number;
  readonly queueBytesMax?: number;
  /** Told of every connection that no handler will hear of, or whose certificate no handler will believe. */
  readonly onDistrust?: (distrust: Distrust) => void;
  /** Told of what broke inside a method: the caller only hears that something did. */
  readonly onFailure?: (path: string, error: PharosError) => void;
}

/** A handshake that failed (it says why, the certificate is null), or an untrusted certificate; its calls still arrive. */
export interface Distrust {
  readonly peer: Peer;
  readonly reason: string;
}

const KEEP_ALIVE: KeepAlive = { intervalMs: 30_000, timeoutMs: 20_000 };
/** Streams that large messages are written to at a time. */
const SENDING_MAX = 64;
/** How long a connection has for its last word once the server closes. */
const GOODBYE_MS = 500;
const UNIMPLEMENTED = 12;
const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;
/** Who has proven nothing yet has no more to say than one certificate request: memory is for those who have. */
const STRANGER_BYTES_MAX = 64 * 1024;
/** What one timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** What node:http2 lets one session hold before it refuses streams, in MB: bounded here per stream instead. */
const SESSION_MEMORY_MB = 4096;

/** What a server starts with and what replaces it: an option left out of the latter would be gone from then on. */
function secureContext({ cert, key, roots }: ServerTls): SecureContextOptions {
  // A resumed session would carry over what was thought of a certificate under earlier roots.
  return { cert, key, ca: roots, minVersion: "TLSv1.2", secureOptions: cryptoConstants.SSL_OP_NO_TICKET };
}

/**
 * gRPC over node:http2: frames are written by hand, so that a message encoded once goes to any number of streams
 * without being copied. Dead peers are found by HTTP/2 pings.
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #server: Http2Server | Http2SecureServer;
  readonly #gate = new SendGate(SENDING_MAX);
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Connections, whether a session came of them yet or not. */
  readonly #sockets = new Set<Socket>();
  #isClosing = false;
  #socketPath: string | undefined;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    const settings = { maxConcurrentStreams: 1000, initialWindowSize: 1 << 20 };
    const { tls } = options;
    this.#server =
      tls === undefined
        ? createServer({ settings, maxSessionMemory: SESSION_MEMORY_MB })
        : createSecureServer({
            settings,
            maxSessionMemory: SESSION_MEMORY_MB,
            ...secureContext(tls),
            requestCert: true,
            rejectUnauthorized: false,
            ALPNProtocols: ["h2"],
          });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("session", (session) => this.#accept(session));
    this.#server.on("stream", (stream, headers) => this.#serve(stream as ServerHttp2Stream, headers));
    this.#server.on("tlsClientError", (error: Error, socket: TLSSocket) => this.#handshakeFailed(error, socket));
    this.#server.on("sessionError", () => undefined);
  }

  /** Listens on host and port (0 chooses), or on a Unix socket that only this user may open. Resolves with the port. */
  async listen(
    where: { readonly host: string; readonly port: number } | { readonly socketPath: string },
  ): Promise<number> {
    const name = "socketPath" in where ? where.socketPath : `${where.host}:${where.port}`;
    if ("socketPath" in where) rmSync(where.socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => {
        const why = error.code === "EADDRINUSE" ? "it is taken" : error.message;
        reject(
          new PharosError("unavailable", `cannot listen on ${name}: ${why}`, {
            hint: "end what listens there, or choose another port",
            cause: error,
          }),
        );
      });
      if ("socketPath" in where) this.#server.listen(where.socketPath, resolve);
      else this.#server.listen(where.port, where.host, 4096, resolve);
    });
    if ("socketPath" in where) {
      this.#socketPath = where.socketPath;
      chmodSync(where.socketPath, 0o600);
    }
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** New handshakes use this certificate and these roots; connections that stand stay. */
  setTls(tls: ServerTls): void {
    if ("setSecureContext" in this.#server) this.#server.setSecureContext(secureContext(tls));
  }

  /** Ends every connection at once, after telling it to go away. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.destroy();
    // A handshake that is under way has no session to end, and would be waited for.
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GOODBYE_MS);
    await closed;
    clearTimeout(timer);
    if (this.#socketPath !== undefined) rmSync(this.#socketPath, { force: true });
  }

  #handshakeFailed(error: Error & { readonly code?: string; readonly reason?: string }, socket: TLSSocket): void {
    // Who hangs up before the end (a port check, an agent that is killed) was refused by nobody.
    if (error.code === "ECONNRESET" || error.code === "EPIPE") return;
    this.#options.onDistrust?.({
      peer: { address: addressOf(socket), certificate: null },
      reason: `the TLS handshake failed: ${error.reason ?? error.message}`,
    });
  }

  #accept(session: ServerHttp2Session): void {
    if (this.#isClosing) {
      session.destroy();
      return;
    }
    this.#sessions.add(session);
    const peer = describePeer(session);
    const reason = peer.certificate === null ? undefined : whyUntrusted(peer.certificate);
    if (reason !== undefined) this.#options.onDistrust?.({ peer, reason });
    session.on("error", () => undefined);
    keepAlive(session, KEEP_ALIVE);
    session.once("close", () => this.#sessions.delete(session));
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => undefined);
    const path = String(headers[":path"]);
    const method = this.#options.methods.get(path);
    if (!String(headers["content-type"]).startsWith(CONTENT_TYPE)) {
      stream.respond({ ":status": 415 }, { endStream: true });
      return;
    }
    const call = new ServerCall({
      stream,
      path,
      headers,
      queueBytesMax: this.#options.queueBytesMax ?? 64 * 1024 * 1024,
      gate: this.#gate,
    });
    const encoding = headers["grpc-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      call.fail(
        new PharosError("invalid", `messages encoded with ${String(encoding)} are not read`, {
          hint: "send them as they are",
        }),
        UNIMPLEMENTED,
      );
      return;
    }
    call.endAfter(parseTimeoutMs(headers["grpc-timeout"]));
    this.#endWithCertificate(call);
    if (method === undefined) call.fail(new PharosError("not-found", `no method ${path}`), UNIMPLEMENTED);
    else if (method.kind === "unary") this.#unary(call, method.handle);
    else this.#bidi(call, method.open);
  }

  /** A stream is not to outlive what its caller was believed for: a stolen key would be good for ever. */
  #endWithCertificate(call: ServerCall): void {
    const { certificate } = call.peer;
    if (certificate === null || !certificate.isTrusted) return;
    const { notAfter, serial, uris } = certificate;
    // One that ended before the call began is the handler's to refuse: it knows who to tell.
    if (notAfter.getTime() <= Date.now()) return;
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const leftMs = notAfter.getTime() - Date.now();
      if (leftMs > 0) {
        timer = setTimeout(wait, Math.min(leftMs, TIMER_MS_MAX));
        timer.unref();
        return;
      }
      const who = `certificate ${serial} of ${uris.join(", ")}`;
      call.fail(
        new PharosError("unauthenticated", `${who} ended at ${notAfter.toISOString()}`, {
          hint: "connect again with a renewed one",
        }),
      );
    };
    wait();
    call.stream.once("close", () => clearTimeout(timer));
  }

  #bytesMax(call: ServerCall): number {
    const max = this.#options.messageBytesMax ?? MESSAGE_BYTES_MAX;
    const isStranger = this.#options.tls !== undefined && call.peer.certificate?.isTrusted !== true;
    return isStranger ? Math.min(max, STRANGER_BYTES_MAX) : max;
  }

  #fail(call: ServerCall, error: unknown): void {
    const known = PharosError.from(error);
    if (known.code === "internal") this.#options.onFailure?.(call.path, known);
    call.fail(known);
  }

  #unary(call: ServerCall, handle: (request: Buffer, call: CallInfo) => Promise<Uint8Array>): void {
    const reader = new FrameReader(this.#bytesMax(call));
    let request: Buffer | undefined;
    call.stream.on("data", (chunk: Buffer) => {
      try {
        request ??= reader.push(chunk)[0];
      } catch (error) {
        this.#fail(call, error);
      }
    });
    call.stream.on("end", () => {
      if (request === undefined) {
        call.fail(new PharosError("invalid", "the call ended without a message"));
        return;
      }
      handle(request, call).then(
        (reply) => {
          call.send([reply]);
          call.end();
        },
        (error: unknown) => this.#fail(call, error),
      );
    });
  }

  #bidi(call: ServerCall, open: (stream: ServerStream) => StreamHandler): void {
    const reader = new FrameReader(this.#bytesMax(call));
    let handler: StreamHandler;
    try {
      handler = open(call);
    } catch (error) {
      this.#fail(call, error);
      return;
    }
    // Headers go at once: a client may wait for them before it believes in the stream.
    call.start();
    call.stream.on("data", (chunk: Buffer) => {
      try {
        for (const message of reader.push(chunk)) if (!call.isOver) handler.onMessage(message);
      } catch (error) {
        this.#fail(call, error);
      }
    });
    call.stream.on("end", () => (handler.onEnd === undefined ? call.end() : handler.onEnd()));
    call.onDrain = () => handler.onDrain?.();
    call.stream.on("drain", () => {
      if (call.queuedBytes === 0) handler.onDrain?.();
    });
    call.stream.once("close", () => handler.onClose?.());
  }
}
