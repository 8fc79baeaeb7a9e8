import type { IncomingMessage } from "node:http";
import { PharosError } from "#core/errors.ts";

/**
 * Refuses what a page of another site, or of another port of this machine, sends to the API: its Origin must be the host
 * it is sent to. Reads too: the answer would stay hidden from that page, but the work is ours, and a live query goes on.
 * Requests without Origin come from programs, which carry no cookies of a person.
 */
export function checkOrigin(request: Pick<IncomingMessage, "headers">): void {
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const isForeign = (origin !== undefined && hostOf(origin) !== host) || site === "cross-site" || site === "same-site";
  if (isForeign)
    throw new PharosError("forbidden", `a page of ${origin ?? "another site"} may not use this API`, {
      hint: "use the console's own address",
    });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
