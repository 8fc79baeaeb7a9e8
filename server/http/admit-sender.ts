import type { IncomingMessage } from "node:http";
import { type Endpoint, mayUse } from "#core/access/endpoints.ts";
import { PharosError } from "#core/errors.ts";
import type { Auth } from "#server/auth/auth.ts";
import { refusalNoter } from "#server/http/note-refused.ts";

/** What is known of a request before it is read, whichever way it came. */
export type Asked = Pick<IncomingMessage, "method" | "headers" | "url" | "socket">;

/** Answers who hands telemetry over at a path; throws "unauthenticated" and "forbidden", and has refusals noted. */
export function admitSender(auth: Auth): (endpoint: Endpoint, request: Asked) => Promise<string> {
  const noteRefused = refusalNoter(auth);
  return async (endpoint, request) => {
    auth.checkOrigin(request);
    const principal = await auth.authenticate(request);
    if (principal === null) {
      noteRefused(request, "no session and no API token that works");
      throw new PharosError("unauthenticated", "telemetry needs an API token", {
        hint: "authorization: Bearer TOKEN, with one made in the console under Settings, API tokens",
      });
    }
    if (mayUse(endpoint, principal.role)) return principal.name;
    noteRefused(request, `${principal.name} is ${principal.role}: telemetry needs an operator's token`);
    throw new PharosError("forbidden", "what is handed over changes what everybody sees", {
      hint: "use an operator's or administrator's API token",
    });
  };
}
