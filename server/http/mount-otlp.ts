import type { IncomingMessage } from "node:http";
import { mayUse } from "#core/access/endpoints.ts";
import { PharosError } from "#core/errors.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { LogLimiter } from "#node/log-limiter.ts";
import { readBody } from "#node/read-body.ts";
import { sendText } from "#node/send-text.ts";
import type { Auth } from "#server/auth/auth.ts";
import { handleOtlpTraces, OTLP_BYTES_MAX } from "#server/telemetry/ingest/otlp-http.ts";
import type { TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";

/** OTLP/HTTP traces from applications, protobuf or JSON, with an operator's API token or session. */
export function mountOtlp(ingest: Pick<TelemetryIngest, "takeSpans">, auth: Auth): HttpHandler {
  const limiter = new LogLimiter();

  /** An exporter with a wrong token tries again every few seconds. */
  function noteRefused(request: IncomingMessage, reason: string): void {
    if (limiter.isDue(request.socket.remoteAddress ?? "", Date.now())) auth.noteRefused(request, reason);
  }

  return async (request, response) => {
    try {
      auth.checkOrigin(request);
    } catch (error) {
      return sendText(response, 403, `${PharosError.from(error).toString()}\n`);
    }
    const principal = await auth.authenticate(request);
    if (principal === null) {
      noteRefused(request, "no session and no API token that works");
      return sendText(response, 401, "spans need an API token: authorization: Bearer TOKEN\n");
    }
    if (!mayUse("/v1/traces", principal.role)) {
      noteRefused(request, `${principal.name} is ${principal.role}: spans need an operator's token`);
      return sendText(
        response,
        403,
        "spans change what everybody sees: they need an operator's or administrator's API token\n",
      );
    }
    if (request.method !== "POST") return sendText(response, 405, "POST spans here\n");
    const body = await readBody(request, OTLP_BYTES_MAX);
    if (body === undefined) return sendText(response, 413, `at most ${OTLP_BYTES_MAX} bytes at a time\n`);
    const { "content-type": contentType = "", "content-encoding": contentEncoding = "" } = request.headers;
    const answer = await handleOtlpTraces(ingest, { body, contentType, contentEncoding }, principal.name);
    response.writeHead(answer.status, { "content-type": answer.contentType });
    response.end(answer.body);
  };
}
