import type { IncomingMessage } from "node:http";
import { PharosError } from "#core/errors.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/** Whether a Host header names this machine itself: a page elsewhere that points a name of its own here does not. */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host);
}

/**
 * Refuses a request that changes something and comes from another site: its Origin must be the host it is sent to.
 * Requests without Origin come from programs, which carry no cookies of a person.
 */
export function checkOrigin(request: Pick<IncomingMessage, "method" | "headers">): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const isForeign =
    (origin !== undefined && origin !== "null" && hostOf(origin) !== host) ||
    origin === "null" ||
    site === "cross-site";
  if (isForeign)
    throw new PharosError("forbidden", `a page of ${origin ?? "another site"} may not change anything here`, {
      hint: "use the console's own address",
    });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
