import { fromBinary, fromJsonString, toBinary, create } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { ExportTraceServiceRequestSchema, ExportTraceServiceResponseSchema } from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import type { Auth } from "#server/auth/auth.ts";
import { type HttpHandler, readBody, sendText } from "#server/http/routes.ts";
import type { TelemetryStore } from "#server/telemetry/store.ts";

const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** OTLP/HTTP traces from applications, protobuf or JSON, with an API token or from a signed-in caller. */
export function mountOtlp(telemetry: TelemetryStore, auth: Auth): HttpHandler {
  return async (request, response) => {
    const principal = await auth.authenticate(request);
    if (principal === null) return sendText(response, 401, "spans need an API token: authorization: Bearer TOKEN\n");
    if (request.method !== "POST") return sendText(response, 405, "POST spans here\n");
    const body = await readBody(request, BODY_BYTES_MAX);
    if (body === undefined) return sendText(response, 413, `at most ${BODY_BYTES_MAX} bytes at a time\n`);
    const isJson = request.headers["content-type"]?.startsWith("application/json") ?? false;
    try {
      const spans = isJson ? fromJsonString(ExportTraceServiceRequestSchema, body.toString("utf8"), { ignoreUnknownFields: true }) : fromBinary(ExportTraceServiceRequestSchema, body);
      await telemetry.ingestSpans(spans.resourceSpans, principal.name);
    } catch (error) {
      const known = PharosError.from(error);
      return sendText(response, known.code === "internal" ? 400 : 503, `${known.message}\n`);
    }
    if (isJson) return sendText(response, 200, "{}", "application/json");
    response.writeHead(200, { "content-type": "application/x-protobuf" });
    response.end(toBinary(ExportTraceServiceResponseSchema, create(ExportTraceServiceResponseSchema)));
  };
}
