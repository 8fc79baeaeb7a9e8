import type { IncomingMessage } from "node:http";
import { type Endpoint, mayUse } from "#core/access/endpoints.ts";
import { ERROR_CODES } from "#core/error-codes.ts";
import { PharosError } from "#core/errors.ts";
import { type HttpHandler, pathOf } from "#node/http-service.ts";
import { sendText } from "#node/send-text.ts";
import type { Auth } from "#server/auth/auth.ts";
import { refusalNoter } from "#server/http/note-refused.ts";

export interface TraceReply {
  readonly type: string;
  readonly body: string | Uint8Array;
}

export interface TraceApiOptions {
  readonly prefix: Endpoint;
  readonly auth: Pick<Auth, "authenticate" | "checkOrigin" | "noteRefused">;
  /** `path` is what follows the prefix, without a slash at its end. */
  readonly answer: (path: string, query: URLSearchParams, request: IncomingMessage) => Promise<TraceReply>;
  /** How this API says what went wrong; `path` is as it was asked for. */
  readonly fault: (status: number, message: string, path: string) => TraceReply;
}

/** A query API of a tracing system, for those who may see traces: by session, bearer token, or basic with the token as password. */
export function traceApi({ prefix, auth, answer, fault }: TraceApiOptions): HttpHandler {
  const noteRefused = refusalNoter(auth);
  return async (request, response) => {
    const path = pathOf(request).slice(prefix.length);
    try {
      auth.checkOrigin(request);
      const principal = await auth.authenticate(request);
      if (!mayUse(prefix, principal?.role ?? null)) {
        noteRefused(request, "no session and no API token that works");
        throw new PharosError("unauthenticated", "traces need an API token", {
          hint: "as a bearer token, or as the password of basic authentication",
        });
      }
      const query = new URL(request.url ?? "", "http://host").searchParams;
      const { type, body } = await answer(path.replace(/\/$/, ""), query, request);
      sendText(response, 200, body, type);
    } catch (error) {
      const known = PharosError.from(error);
      if (known.code === "internal") throw known;
      const status = ERROR_CODES[known.code].http;
      if (status === 401) response.setHeader("www-authenticate", 'Basic realm="Pharos"');
      const { type, body } = fault(status, known.toString(), path);
      sendText(response, status, body, type);
    }
  };
}

const NAMES_MS = 7 * 24 * 3_600_000;

/** Names to choose among are of what was seen in a week: as long as spans are kept where nobody says otherwise. */
export function namesFrom(nowMs: number): number {
  return nowMs - NAMES_MS;
}

/** Ids of 64 bits come with and without zeros before them. Throws "invalid". */
export function parseTraceId(text: string): string {
  if (/^[0-9a-f]{1,32}$/i.test(text)) return text.toLowerCase();
  throw new PharosError("invalid", `traceID: ${JSON.stringify(text.slice(0, 100))} is not 1 to 32 hex digits`);
}
