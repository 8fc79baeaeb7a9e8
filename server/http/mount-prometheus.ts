import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Endpoint, mayUse } from "#core/access/endpoints.ts";
import { PharosError } from "#core/errors.ts";
import { type HttpHandler, pathOf } from "#node/http-service.ts";
import { readBody } from "#node/read-body.ts";
import { sendText } from "#node/send-text.ts";
import type { Auth } from "#server/auth/auth.ts";
import { refusalNoter } from "#server/http/note-refused.ts";
import type { QueryApi } from "#server/prometheus/query-api.ts";
import { receiveWrite, WRITE_BYTES_MAX } from "#server/prometheus/receive-write.ts";
import type { SampleIngest } from "#server/telemetry/ingest/sample-ingest.ts";

const PREFIX = "/prometheus";
const FORM_BYTES_MAX = 1024 * 1024;
const GZIP_FROM = 1024;
const gzipped = promisify(gzip);

/** Answers and ends where the caller may not; else who it is. */
async function admit(
  auth: Auth,
  endpoint: Endpoint,
  request: IncomingMessage,
  response: ServerResponse,
  noteRefused: ReturnType<typeof refusalNoter>,
): Promise<string | undefined> {
  const refuse = (status: number, reason: string): undefined => {
    sendText(
      response,
      status,
      JSON.stringify({ status: "error", errorType: "bad_data", error: reason }),
      "application/json",
    );
    return undefined;
  };
  try {
    auth.checkOrigin(request);
  } catch (error) {
    return refuse(403, PharosError.from(error).toString());
  }
  const principal = await auth.authenticate(request);
  if (principal !== null && mayUse(endpoint, principal.role)) return principal.name;
  const [status, reason] =
    principal === null
      ? [401, "an API token is needed: authorization: Bearer TOKEN, or basic with the token as password"]
      : [403, `${principal.name} is ${principal.role}, and may not`];
  noteRefused(request, reason);
  return refuse(status, reason);
}

/** Prometheus' read API and `/federate`, for Grafana, Kiali and whoever speaks PromQL. */
export function mountPrometheus(api: QueryApi, auth: Auth): HttpHandler {
  const noteRefused = refusalNoter(auth);
  return async (request, response) => {
    const account = await admit(auth, "/prometheus", request, response, noteRefused);
    if (account === undefined) return;
    if (request.method !== "GET" && request.method !== "POST" && request.method !== "HEAD")
      return sendText(response, 405, "GET or POST\n");
    const params = new URL(request.url ?? "/", "http://localhost").searchParams;
    if (request.method === "POST") {
      const body = await readBody(request, FORM_BYTES_MAX);
      if (body === undefined) return sendText(response, 413, `at most ${FORM_BYTES_MAX} bytes\n`);
      for (const [name, value] of new URLSearchParams(body.toString("utf8"))) params.append(name, value);
    }
    const answer = await api.answer(pathOf(request).slice(PREFIX.length), params, {
      isGone: () => response.destroyed,
      account,
    });
    if (response.destroyed) return;
    const { status, type, body } = answer;
    const isPacked = body.length >= GZIP_FROM && /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
    const bytes = isPacked ? await gzipped(body) : Buffer.from(body);
    response.writeHead(status, {
      "content-type": type,
      "content-length": bytes.length,
      "cache-control": "no-store",
      vary: "accept-encoding",
      ...(isPacked ? { "content-encoding": "gzip" } : {}),
    });
    response.end(bytes);
  };
}

/** Prometheus' remote write. */
export function mountRemoteWrite(ingest: Pick<SampleIngest, "take">, auth: Auth): HttpHandler {
  const noteRefused = refusalNoter(auth);
  return async (request, response) => {
    const account = await admit(auth, "/prometheus/api/v1/write", request, response, noteRefused);
    if (account === undefined) return;
    if (request.method !== "POST") return sendText(response, 405, "POST samples here\n");
    const body = await readBody(request, WRITE_BYTES_MAX);
    if (body === undefined) return sendText(response, 413, `at most ${WRITE_BYTES_MAX} bytes at a time\n`);
    const { "content-type": contentType = "", "content-encoding": contentEncoding = "" } = request.headers;
    const { status, headers, text } = await receiveWrite(ingest, body, { contentType, contentEncoding }, account);
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
    response.end(text);
  };
}
