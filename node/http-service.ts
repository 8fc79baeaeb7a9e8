import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PharosError } from "#core/errors.ts";
import { Budget } from "#core/limits/budget.ts";

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServiceOptions {
  /** Whatever it throws, now or later, becomes a reply of status 500. */
  readonly handle: HttpHandler;
  /** Hears what a handler threw; its caller is not told. Not of callers who went away while they were served. */
  readonly onError: (error: PharosError, path: string) => void;
  /** Connections at a time, of one address and in all; more are closed as they come. */
  readonly connections: { readonly perParty: number; readonly inSum: number };
  /** Told of everything that a limit refuses: what there was too much of, and whose address. */
  readonly onLimit: (limit: string, party: string) => void;
}

/** Who has not said how long a body is may send so much of it, as far as the budget is concerned. */
const UNTOLD_BODY_BYTES = 8 * 1024 * 1024;
/** Of bodies that arrive or are worked on; the largest that anything takes is 64 MB. */
const BODIES = { perParty: 128 * 1024 * 1024, inSum: 256 * 1024 * 1024 } as const;

/** How long a request's headers, and the whole of a request, may take to arrive. */
const HTTP_DEADLINES = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
} as const satisfies ServerOptions;

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
export function createHttpService({ handle, onError, connections, onLimit }: HttpServiceOptions): Server {
  const sockets = new Budget({ name: "HTTP connections", ...connections, onRefused: onLimit });
  const bodies = new Budget({ name: "bytes of HTTP requests", ...BODIES, onRefused: onLimit });
  const server = createServer(HTTP_DEADLINES, (request, response) => {
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    const bytes = bodyBytesOf(request);
    if (bytes > 0) {
      const party = partyOf(request.socket);
      if (!bodies.take(party, bytes)) {
        endWith(response, 503, "too much is being sent; try again\n");
        return;
      }
      response.once("close", () => bodies.give(party, bytes));
    }
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
  server.on("connection", (socket: Socket) => {
    const party = partyOf(socket);
    if (sockets.take(party, 1)) socket.once("close", () => sockets.give(party, 1));
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
  return remoteAddress ?? "unix";
}

function bodyBytesOf({ headers }: IncomingMessage): number {
  const told = Number(headers["content-length"] ?? 0);
  return headers["transfer-encoding"] === undefined ? told : UNTOLD_BODY_BYTES;
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
function endWith(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      "content-length": body.length,
      connection: "close",
    })
    .end(body);
}
