import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PharosError } from "#core/errors.ts";
import { Budget } from "#core/limits/budget.ts";
import { Crowd } from "#core/limits/crowd.ts";
import { networkOf } from "#core/limits/network-of.ts";

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServiceOptions {
  /** Whatever it throws, now or later, becomes a reply of status 500. */
  readonly handle: HttpHandler;
  /** Hears what a handler threw; its caller is not told. Not of callers who went away while they were served. */
  readonly onError: (error: PharosError, path: string) => void;
  /** Connections at a time, of one address and in all; more are closed as they come, or take the place of who has most. */
  readonly connections: { readonly perParty: number; readonly inSum: number };
  /** Bytes of bodies that have arrived and are worked on; 128 MB of one address and 256 MB in all where nothing is said. */
  readonly bodies?: { readonly perParty: number; readonly inSum: number };
  /** Told of everything that a limit refuses: what there was too much of, and whose address. */
  readonly onLimit: (limit: string, party: string) => void;
}

const BODIES = { perParty: 128 * 1024 * 1024, inSum: 256 * 1024 * 1024 } as const;

/** How long a request's headers, and the whole of a request, may take to arrive. */
const HTTP_DEADLINES = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
} as const satisfies ServerOptions;

/** A connection on which nothing moves for so long, as where nobody reads an answer; longer than any answer takes to begin. */
const IDLE_MS = 300_000;

/** Where an address has all its connections, one on which no request is being answered gives way to another after so long. */
const UNASKED_MS = 2000;

/** Why a request could not be read, by Node's code; what is not named here is 400. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

/** The path as it was sent, without its query. It is not parsed: `//` is a path, and no URL. */
export function pathOf({ url }: Pick<IncomingMessage, "url">): string {
  return (url ?? "/").split("?", 1)[0] || "/";
}

/**
 * The only way in which this product listens for HTTP: no request can end the process. What a handler throws or rejects
 * with becomes a reply, what cannot be read gets its status, and what does not arrive in time is closed.
 */
export function createHttpService({
  handle,
  onError,
  connections,
  bodies: allowed = BODIES,
  onLimit,
}: HttpServiceOptions): Server {
  /** Requests that are being answered. */
  const asked = new Map<Socket, number>();
  const count = (socket: Socket, by: 1 | -1): void => {
    const now = (asked.get(socket) ?? 0) + by;
    if (now > 0) asked.set(socket, now);
    else asked.delete(socket);
  };
  const sockets = new Crowd<Socket>({
    name: "HTTP connections",
    ...connections,
    staleMs: UNASKED_MS,
    isIdle: (socket) => !asked.has(socket),
    onRefused: onLimit,
    evict: (socket) => socket.destroy(),
  });
  const bodies = new Budget({ name: "bytes of HTTP requests", ...allowed, onRefused: onLimit });
  const server = createServer(HTTP_DEADLINES, (request, response) => {
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    const { socket } = request;
    count(socket, 1);
    response.once("close", () => count(socket, -1));
    countBody(request, response, bodies);
    const fail = (error: unknown): void => {
      const isGone = response.destroyed || request.socket.destroyed;
      if (!isGone) onError(PharosError.from(error), pathOf(request).slice(0, 200));
      endFailed(response);
    };
    try {
      Promise.resolve(handle(request, response)).catch(fail);
    } catch (error) {
      fail(error);
    }
  });
  server.timeout = IDLE_MS;
  server.on("connection", (socket: Socket) => {
    const party = partyOf(socket);
    if (sockets.admit(party, socket)) socket.once("close", () => sockets.leave(party, socket));
    else socket.destroy();
  });
  // Once it listens: connections that cannot be taken, as when there are no more files to open.
  server.once("listening", () =>
    server.on("error", (error: NodeJS.ErrnoException) =>
      onLimit(`connections (${error.code ?? error.message})`, "all"),
    ),
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else socket.end(`HTTP/1.1 ${UNREADABLE[error.code ?? ""] ?? "400 Bad Request"}\r\nconnection: close\r\n\r\n`);
  });
  // Nothing here speaks another protocol, and nobody else is to add a listener that does.
  server.on("upgrade", (_, socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
  });
  return server;
}

function partyOf({ remoteAddress }: Socket): string {
  return networkOf(remoteAddress ?? "unix");
}

/**
 * Takes a body's bytes from the budget as they arrive, until it is answered; what is too much ends the request. What somebody
 * only says they will send costs nothing.
 */
function countBody(request: IncomingMessage, response: ServerResponse, bodies: Budget): void {
  const party = partyOf(request.socket);
  let bytes = 0;
  let isOver = false;
  response.once("close", () => bodies.give(party, bytes));
  const push = request.push.bind(request);
  // Node's parser hands over each part of a body by this one call, whoever reads it and how.
  request.push = (chunk: unknown, ...rest) => {
    const arrived = Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (isOver) return false;
    if (arrived > 0 && !response.closed) {
      if (!bodies.take(party, arrived)) {
        isOver = true;
        if (response.headersSent) request.destroy();
        else endWith(response, 503, "too much is being sent; try again\n").once("finish", () => request.destroy());
        return false;
      }
      bytes += arrived;
    }
    return push(chunk, ...rest);
  };
}

function endFailed(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  try {
    endWith(response, 500, "internal error\n");
  } catch {
    response.destroy();
  }
}

/** The connection ends with it: a body that nobody reads would stand in front of the next request. */
function endWith(response: ServerResponse, status: number, body: string): ServerResponse {
  return response
    .writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": body.length,
      connection: "close",
    })
    .end(body);
}
