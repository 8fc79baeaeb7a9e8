import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { PharosError } from "#core/errors.ts";

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpServiceOptions {
  /** Whatever it throws, now or later, becomes a reply of status 500. */
  readonly handle: HttpHandler;
  /** Hears what a handler threw; its caller is not told. Not of callers who went away while they were served. */
  readonly onError: (error: PharosError, path: string) => void;
  /** Connections at a time; more are closed as they come. */
  readonly connectionsMax?: number;
}

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
export function createHttpService({ handle, onError, connectionsMax }: HttpServiceOptions): Server {
  const server = createServer(HTTP_DEADLINES, (request, response) => {
    request.on("error", () => undefined);
    response.on("error", () => undefined);
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
  if (connectionsMax !== undefined) server.maxConnections = connectionsMax;
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

function endFailed(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  try {
    const body = "internal error\n";
    response.writeHead(500, { "content-type": "text/plain; charset=utf-8", "content-length": body.length }).end(body);
  } catch {
    response.destroy();
  }
}
