import type { IncomingMessage } from "node:http";
import type { HttpHandler } from "#node/http-service.ts";
import { LogLimiter } from "#node/log-limiter.ts";
import { isLoopbackHost } from "#node/loopback-host.ts";
import { sendText } from "#node/send-text.ts";
import type { Routes } from "#server/http/routes.ts";

export interface HostGuard {
  /** The listener is reachable from this machine only. Otherwise it goes by names that it cannot know, and any will do. */
  readonly isLoopback: boolean;
  /** How browsers reach the console, where that was said. */
  readonly publicUrl: string | null;
  onRefused(request: IncomingMessage, reason: string): void;
}

const MISDIRECTED = 421;

/**
 * On a loopback listener only requests to this machine's own names, or to the public URL's, are served: a page elsewhere
 * that points a name of its own at 127.0.0.1 (DNS rebinding) would otherwise read whatever needs no sign-in, and try
 * passwords at the speed of the browser.
 */
export function guardHost(routes: Routes, { isLoopback, publicUrl, onRefused }: HostGuard): Routes {
  if (!isLoopback) return routes;
  const publicHost = publicUrl === null ? undefined : new URL(publicUrl).host;
  const limiter = new LogLimiter();
  const guard =
    (handler: HttpHandler): HttpHandler =>
    (request, response) => {
      const { host } = request.headers;
      if (isLoopbackHost(host) || (publicHost !== undefined && host === publicHost)) return handler(request, response);
      const name = (host ?? "no host").slice(0, 100);
      if (limiter.isDue(name, Date.now())) onRefused(request, `the request is for ${name}, which is not this server`);
      sendText(
        response,
        MISDIRECTED,
        `${name} is not this server's name (hint: use the console's own address, or start the server with --public-url)\n`,
      );
    };
  return Object.fromEntries(Object.entries(routes).map(([path, handler]) => [path, guard(handler)]));
}
