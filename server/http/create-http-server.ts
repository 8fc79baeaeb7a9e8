import { PharosError } from "#core/errors.ts";
import { createHttpService, pathOf } from "#node/http-service.ts";
import { sendText } from "#node/send-text.ts";
import { CLOSED_POLICY } from "#server/http/content-security.ts";
import { type Routes, selectRoute } from "#server/http/routes.ts";

export interface HttpServer {
  readonly port: number;
  /** Takes no new connections, ends idle ones, and resolves when the rest are done or `graceMs` has passed. */
  close(graceMs: number): Promise<void>;
}

const SECURITY_HEADERS = {
  "content-security-policy": CLOSED_POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
} as const;

/** A page that is open holds one or two; beyond that somebody opens them to have them open. */
const CONNECTIONS = { perParty: 1000, inSum: 4000 } as const;

function isText(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Listens, or fails with what to do about a taken port. `onError` hears what a route threw, `onLimit` what limits refused. */
export async function createHttpServer(
  host: string,
  port: number,
  routes: Routes,
  onError: (error: PharosError, path: string) => void,
  onLimit: (limit: string, party: string) => void,
): Promise<HttpServer> {
  const server = createHttpService({
    onError,
    connections: CONNECTIONS,
    onLimit,
    handle: (request, response) => {
      const path = pathOf(request);
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
      // Pages are looked up by names out of their paths: what is no text has none, and the page would answer 500.
      if (!isText(path)) return sendText(response, 400, "the path is not UTF-8 in percent-encoding\n");
      const route = selectRoute(routes, path);
      if (route === undefined) return sendText(response, 404, `nothing is served at ${path}\n`);
      return route(request, response);
    },
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        new PharosError(
          "unavailable",
          `cannot listen on ${host}:${port}: ${taken ? "the port is taken" : error.message}`,
          {
            hint: taken
              ? "end what listens there, or choose another port with --port"
              : "choose another address with --host",
            cause: error,
          },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: (graceMs) =>
      new Promise((resolve) => {
        const kill = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(kill);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
