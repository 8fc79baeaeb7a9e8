import { X509Certificate } from "node:crypto";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from "node:http2";
import { connect as connectSocket } from "node:net";
import { createSecureContext, type PeerCertificate, type SecureContext, type TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import { PharosError } from "#core/errors.ts";
import { FrameReader, frameHeader, type Inflate } from "#grpc/frames.ts";
import { type KeepAlive, keepAlive } from "#grpc/keep-alive.ts";
import { errorOfTrailers } from "#grpc/status.ts";

export interface ClientTls {
  /** The server is known by its name and by the authorities that this machine trusts, as a stranger on the internet is; nothing else counts then. */
  readonly checksName?: true;
  /** PEM; the server's chain must lead to one of these. Absent: `verify` alone decides. */
  readonly roots?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Sees the server's chain, leaf first; throws to refuse. Runs before anything is sent. */
  readonly verify?: (chain: readonly X509Certificate[]) => void;
}

export type GrpcTarget = { readonly address: string; readonly tls?: ClientTls } | { readonly socketPath: string };

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Reads a message compressed with gzip; for a client that knows better than to do it each time. */
  readonly inflate?: Inflate;
}

export interface ClientStream {
  /** One message of these parts. False: wait for `onDrain` before sending much more. */
  send(parts: readonly Uint8Array[]): boolean;
  /** No more from this side. */
  end(): void;
  cancel(): void;
}

export interface ClientStreamHandler {
  onMessage(message: Buffer): void;
  /** Once, when the call is over: undefined for status 0. */
  onClose(error: PharosError | undefined): void;
  onDrain?(): void;
}

export interface GrpcClient {
  unary(path: string, request: Uint8Array, options: CallOptions & { readonly timeoutMs: number }): Promise<Buffer>;
  stream(path: string, handler: ClientStreamHandler, options?: CallOptions): ClientStream;
  /** True once the connection has broken; a new client is needed. */
  readonly isClosed: boolean;
  onClose(listener: () => void): void;
  close(): void;
}

const KEEP_ALIVE: KeepAlive = { intervalMs: 20_000, timeoutMs: 40_000 };

function chainOf(leaf: PeerCertificate & { issuerCertificate?: PeerCertificate }): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let next: typeof leaf | undefined = leaf;
  while (next?.raw !== undefined && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate as typeof leaf | undefined;
  }
  return chain;
}

/** Opens a connection and resolves when it may be used: handshake done, server's certificate accepted. */
export function connectGrpc(target: GrpcTarget, timeoutMs = 5000): Promise<GrpcClient> {
  const name = "socketPath" in target ? target.socketPath : target.address;
  return new Promise((resolve, reject) => {
    const session = open(target);
    const refuse = (error: unknown): void => {
      clearTimeout(timer);
      session.destroy();
      const known =
        error instanceof PharosError
          ? error
          : new PharosError(
              "unavailable",
              `cannot connect to ${name}: ${error instanceof Error ? error.message : String(error)}`,
              { cause: error },
            );
      reject(known);
    };
    const timer = setTimeout(
      () => refuse(new PharosError("timeout", `${name} did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    session.once("error", refuse);
    session.once("close", () => refuse(new Error("the connection closed")));
    session.once("connect", () => {
      try {
        if (!("socketPath" in target) && target.tls?.verify !== undefined)
          target.tls.verify(chainOf((session.socket as TLSSocket).getPeerCertificate(true)));
      } catch (error) {
        refuse(error);
        return;
      }
      clearTimeout(timer);
      session.removeListener("error", refuse);
      session.on("error", () => undefined);
      resolve(new Client(session));
    });
  });
}

function open(target: GrpcTarget): ClientHttp2Session {
  const settings = { initialWindowSize: 1 << 22 };
  const maxSessionMemory = 4096;
  if ("socketPath" in target)
    return connect("http://localhost", {
      settings,
      maxSessionMemory,
      createConnection: () => connectSocket(target.socketPath),
    });
  const { address, tls } = target;
  if (tls === undefined) return connect(`http://${address}`, { settings, maxSessionMemory });
  if (tls.checksName === true)
    return connect(`https://${address}`, { settings, maxSessionMemory, ALPNProtocols: ["h2"] });
  return connect(`https://${address}`, {
    settings,
    maxSessionMemory,
    ALPNProtocols: ["h2"],
    servername: "pharos",
    // Names are not checked: the control plane is known by its roots (or the token's fingerprint) and its SPIFFE id.
    checkServerIdentity: () => undefined,
    rejectUnauthorized: tls.roots !== undefined,
    secureContext: contextOf(tls),
  });
}

const contexts = new WeakMap<object, SecureContext>();

/** Keys and certificates are read once for all connections that come with the same ones. */
function contextOf(tls: ClientTls): SecureContext {
  const known = contexts.get(tls);
  if (known !== undefined) return known;
  const { roots, cert, key } = tls;
  const made = createSecureContext({
    ...(roots === undefined ? {} : { ca: roots }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  contexts.set(tls, made);
  return made;
}

class Client implements GrpcClient {
  readonly #session: ClientHttp2Session;

  constructor(session: ClientHttp2Session) {
    this.#session = session;
    session.setLocalWindowSize(1 << 24);
    keepAlive(session, KEEP_ALIVE);
    session.once("goaway", () => session.close());
  }

  get isClosed(): boolean {
    return this.#session.closed || this.#session.destroyed;
  }

  onClose(listener: () => void): void {
    if (this.isClosed) listener();
    else this.#session.once("close", listener);
  }

  close(): void {
    this.#session.destroy();
  }

  unary(path: string, request: Uint8Array, options: CallOptions & { readonly timeoutMs: number }): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let reply: Buffer | undefined;
      const timer = setTimeout(() => {
        call.cancel();
        reject(new PharosError("timeout", `${path} did not answer within ${options.timeoutMs} ms`));
      }, options.timeoutMs);
      const metadata = { ...options.metadata, "grpc-timeout": `${options.timeoutMs}m` };
      const call = this.stream(
        path,
        {
          onMessage: (message) => {
            reply = message;
          },
          onClose: (error) => {
            clearTimeout(timer);
            if (error !== undefined) reject(error);
            else if (reply === undefined) reject(new PharosError("internal", `${path} answered without a message`));
            else resolve(reply);
          },
        },
        { ...options, metadata },
      );
      call.send([request]);
      call.end();
    });
  }

  stream(path: string, handler: ClientStreamHandler, options: CallOptions = {}): ClientStream {
    if (this.isClosed) {
      queueMicrotask(() => handler.onClose(new PharosError("unavailable", "the connection is closed")));
      return { send: () => false, end: () => undefined, cancel: () => undefined };
    }
    const stream = this.#session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      "grpc-accept-encoding": "identity,gzip",
      ...options.metadata,
    });
    watch(stream, handler, options.inflate ?? gunzip);
    const cancel = (): void => stream.close(8);
    if (options.signal?.aborted === true) cancel();
    options.signal?.addEventListener("abort", cancel, { once: true });
    stream.once("close", () => options.signal?.removeEventListener("abort", cancel));
    return {
      send(parts) {
        if (stream.destroyed || stream.writableEnded) return false;
        let length = 0;
        for (const part of parts) length += part.length;
        stream.cork();
        stream.write(frameHeader(length));
        let room = true;
        for (const part of parts) room = stream.write(part);
        stream.uncork();
        return room;
      },
      end: () => void stream.end(),
      cancel,
    };
  }
}

/** A message that is small when compressed may be anything when it is not. */
const gunzip: Inflate = (compressed, bytesMax) => gunzipSync(compressed, { maxOutputLength: bytesMax });

function watch(stream: ClientHttp2Stream, handler: ClientStreamHandler, inflate: Inflate): void {
  const reader = new FrameReader(256 * 1024 * 1024);
  let failure: PharosError | undefined;
  let status: number | undefined;
  const readStatus = (headers: IncomingHttpHeaders): void => {
    const text = headers["grpc-status"];
    if (text === undefined) return;
    status = Number(text);
    failure = errorOfTrailers(headers) ?? failure;
  };
  stream.on("response", (headers) => {
    readStatus(headers);
    if (headers["grpc-encoding"] === "gzip") reader.inflate = inflate;
    if (headers[":status"] !== 200) failure = new PharosError("unavailable", `answered HTTP ${headers[":status"]}`);
  });
  stream.on("trailers", readStatus);
  stream.on("data", (chunk: Buffer) => {
    try {
      for (const message of reader.push(chunk)) handler.onMessage(message);
    } catch (error) {
      failure = PharosError.from(error);
      stream.close(8);
    }
  });
  // The server's last word ends the call, whatever this side had still to say.
  stream.once("end", () => stream.close());
  stream.on("drain", () => handler.onDrain?.());
  stream.on("error", (error) => {
    failure ??= new PharosError("unavailable", `the call broke: ${error.message}`, { cause: error });
  });
  stream.once("close", () =>
    handler.onClose(
      failure ?? (status === undefined ? new PharosError("unavailable", "the call ended without a status") : undefined),
    ),
  );
}
