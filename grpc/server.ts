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
import { Admission } from "#grpc/admission.ts";
import { endWithCertificate } from "#grpc/end-with-certificate.ts";
import type { Inbox } from "#grpc/inbox.ts";
import { type KeepAlive, keepAlive } from "#grpc/keep-alive.ts";
import { GRPC_LIMITS, type GrpcLimits, type OnLimit } from "#grpc/limits.ts";
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

export interface UnaryMethod {
  readonly kind: "unary";
  /** Before anything of the message is read or unpacked: of whom this refuses, nothing is. */
  admit?(call: CallInfo): Promise<void>;
  handle(request: Buffer, call: CallInfo): Promise<Uint8Array>;
}

export type GrpcMethod =
  | UnaryMethod
  /** Throwing from `open` ends the call with that error. */
  | { readonly kind: "stream"; open(stream: ServerStream): StreamHandler };

export interface GrpcServerOptions {
  readonly methods: ReadonlyMap<string, GrpcMethod>;
  readonly tls?: ServerTls;
  readonly messageBytesMax?: number;
  readonly queueBytesMax?: number;
  /** Messages may come compressed with gzip. */
  readonly readsGzip?: boolean;
  /** Without TLS nobody has a name: limits hold each address to its share even so. */
  readonly limitsAddresses?: boolean;
  /** What differs from GRPC_LIMITS. Connections and calls are limited with TLS, or by address. */
  readonly limits?: Partial<GrpcLimits>;
  /** Told of everything that a limit refuses. */
  readonly onLimit?: OnLimit;
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

const KEEP_ALIVE: KeepAlive = { intervalMs: 30_000, timeoutMs: 40_000 };
/** Streams that large messages are written to at a time. */
const SENDING_MAX = 64;
/** How long a connection has for its last word once the server closes. */
const GOODBYE_MS = 500;
const UNIMPLEMENTED = 12;
/** Reports are the largest there are: their spans are 8 MB at most, their counts one. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
/** An agent has a stream and a few calls at a time. */
const STREAMS_MAX = { tls: 100, plain: 1000 } as const;
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
  readonly #admission: Admission;
  readonly #server: Http2Server | Http2SecureServer;
  readonly #gate = new SendGate(SENDING_MAX);
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Connections, whether a session came of them yet or not. */
  readonly #sockets = new Set<Socket>();
  #isClosing = false;
  #socketPath: string | undefined;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    const { tls } = options;
    this.#admission = new Admission({
      limits: { ...GRPC_LIMITS, ...options.limits },
      onLimit: (limit, party) => options.onLimit?.(limit, party),
      hasTls: tls !== undefined,
      limitsAddresses: options.limitsAddresses === true,
      readsGzip: options.readsGzip === true,
      beginHandshake: (socket) => {
        for (const begin of accepted) begin.call(this.#server, socket);
      },
    });
    const maxConcurrentStreams = tls === undefined ? STREAMS_MAX.plain : STREAMS_MAX.tls;
    const settings = { maxConcurrentStreams, initialWindowSize: 1 << 20 };
    this.#server =
      tls === undefined
        ? createServer({ settings, maxSessionMemory: SESSION_MEMORY_MB })
        : createSecureServer({
            settings,
            maxSessionMemory: SESSION_MEMORY_MB,
            ...secureContext(tls),
            requestCert: true,
            handshakeTimeout: options.limits?.handshakeMs ?? GRPC_LIMITS.handshakeMs,
            rejectUnauthorized: false,
            ALPNProtocols: ["h2"],
          });
    // What Node does with a connection is to begin its handshake, or HTTP/2 where there is none.
    const accepted = this.#server.listeners("connection") as ((socket: Socket) => void)[];
    this.#server.removeAllListeners("connection");
    this.#server.on("connection", (socket: Socket) => this.#connected(socket));
    this.#server.on("session", (session) => this.#accept(session));
    this.#server.on("stream", (stream, headers) => {
      try {
        this.#serve(stream as ServerHttp2Stream, headers);
      } catch (error) {
        // Whatever one call does to this side ends that call.
        this.#options.onFailure?.(String(headers[":path"]).slice(0, 200), PharosError.from(error));
        stream.destroy();
      }
    });
    this.#server.on("tlsClientError", (error: Error, socket: TLSSocket) => this.#handshakeFailed(error, socket));
    this.#server.on("sessionError", () => undefined);
    // Once it listens: connections that cannot be taken, as when there are no more files to open.
    this.#server.once("listening", () =>
      this.#server.on("error", (error: NodeJS.ErrnoException) =>
        options.onLimit?.(`connections (${error.code ?? error.message})`, "all"),
      ),
    );
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

  /** Ends the connections of some peers, after what their calls are told has had time to leave. */
  drop(isMeant: (peer: Peer) => boolean): void {
    for (const session of this.#sessions) {
      if (!isMeant(describePeer(session))) continue;
      session.close();
      setTimeout(() => session.destroy(), GOODBYE_MS).unref();
    }
  }

  /** Ends every connection at once, after telling it to go away. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#admission.close();
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
      peer: { address: addressOf(below(socket)), certificate: null },
      reason: `the TLS handshake failed: ${error.reason ?? error.message}`,
    });
  }

  #connected(socket: Socket): void {
    socket.on("error", () => undefined);
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (!this.#admission.admitSocket(socket)) socket.destroy();
  }

  #accept(session: ServerHttp2Session): void {
    if (this.#isClosing) {
      session.destroy();
      return;
    }
    session.on("error", () => undefined);
    const peer = describePeer(session);
    if (!this.#admission.admitSession(session, peer)) {
      session.destroy();
      return;
    }
    this.#sessions.add(session);
    const reason = peer.certificate === null ? undefined : whyUntrusted(peer.certificate);
    if (reason !== undefined) this.#options.onDistrust?.({ peer, reason });
    keepAlive(session, KEEP_ALIVE);
    session.once("close", () => this.#sessions.delete(session));
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => undefined);
    const path = String(headers[":path"]);
    const method = this.#options.methods.get(path);
    if (!String(headers["content-type"]).startsWith(CONTENT_TYPE)) {
      if (!stream.closed) stream.respond({ ":status": 415 }, { endStream: true });
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
    const isRead = encoding === "identity" || (encoding === "gzip" && this.#options.readsGzip === true);
    if (encoding !== undefined && !isRead) {
      call.fail(
        new PharosError("invalid", `messages encoded with ${String(encoding)} are not read`, {
          hint: "send them as they are",
        }),
        UNIMPLEMENTED,
      );
      return;
    }
    try {
      this.#admission.admitCall(call);
    } catch (error) {
      call.fail(error);
      return;
    }
    call.endAfter(parseTimeoutMs(headers["grpc-timeout"]));
    endWithCertificate(call);
    if (method === undefined) call.fail(new PharosError("not-found", `no method ${path}`), UNIMPLEMENTED);
    else if (method.kind === "unary") this.#unary(call, method);
    else this.#bidi(call, method.open);
  }

  #fail(call: ServerCall, error: unknown, inbox?: Inbox): void {
    inbox?.close();
    const known = PharosError.from(error);
    if (known.code === "internal") this.#options.onFailure?.(call.path, known);
    call.fail(known);
  }

  #unary(call: ServerCall, method: UnaryMethod): void {
    const inbox = this.#admission.openInbox(call, this.#options.messageBytesMax ?? MESSAGE_BYTES_MAX);
    if (method.admit === undefined) {
      this.#readUnary(call, inbox, method);
      return;
    }
    call.hold(method.admit(call)).then(
      () => this.#readUnary(call, inbox, method),
      (error: unknown) => this.#fail(call, error, inbox),
    );
  }

  #readUnary(call: ServerCall, inbox: Inbox, { handle }: UnaryMethod): void {
    let request: Buffer | undefined;
    call.stream.on("data", (chunk: Buffer) => {
      try {
        // What is worked on is held until it was answered: what waits for the disk is bounded too.
        if (request !== undefined) return;
        [request] = inbox.push(chunk);
        // From here on the inbox waits for nothing, and a client may never say that it has ended.
        if (request !== undefined) call.endAfter(this.#options.limits?.answerMs ?? GRPC_LIMITS.answerMs);
      } catch (error) {
        this.#fail(call, error, inbox);
      }
    });
    call.stream.on("end", () => {
      if (call.isOver) return;
      if (request === undefined) {
        this.#fail(call, new PharosError("invalid", "the call ended without a message"), inbox);
        return;
      }
      // Not handle(...) itself: what it throws at once is a failure like any other.
      call.hold(Promise.resolve(request).then((whole) => handle(whole, call))).then(
        (reply) => {
          call.send([reply]);
          call.end();
        },
        (error: unknown) => this.#fail(call, error, inbox),
      );
    });
  }

  #bidi(call: ServerCall, open: (stream: ServerStream) => StreamHandler): void {
    const inbox = this.#admission.openInbox(call, this.#options.messageBytesMax ?? MESSAGE_BYTES_MAX);
    let handler: StreamHandler;
    try {
      handler = open(call);
    } catch (error) {
      this.#fail(call, error, inbox);
      return;
    }
    // Headers go at once: a client may wait for them before it believes in the stream.
    call.start();
    const guarded = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        this.#fail(call, error, inbox);
      }
    };
    call.stream.on("data", (chunk: Buffer) =>
      guarded(() => {
        for (const message of inbox.push(chunk)) if (!call.isOver) handler.onMessage(message);
        inbox.release();
      }),
    );
    call.stream.on("end", () => guarded(() => (handler.onEnd === undefined ? call.end() : handler.onEnd())));
    call.onDrain = () => guarded(() => handler.onDrain?.());
    call.stream.on("drain", () => {
      if (call.queuedBytes === 0) call.onDrain?.();
    });
    call.stream.once("close", () => guarded(() => handler.onClose?.()));
  }
}

/** A TLS socket that has ended knows its peer no more; the connection that it was on does, once it was asked while it stood. */
function below(socket: TLSSocket): Socket {
  return (socket as TLSSocket & { readonly _parent?: Socket | null })._parent ?? socket;
}
