import type { IncomingMessage } from "node:http";
import type { Endpoint } from "#core/access/endpoints.ts";
import { ERROR_CODES } from "#core/error-codes.ts";
import { PharosError } from "#core/errors.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { readBody } from "#node/read-body.ts";
import { sendText } from "#node/send-text.ts";
import type { admitSender } from "#server/http/admit-sender.ts";
import { handleOtlp } from "#server/telemetry/ingest/otlp-http.ts";
import type { OtlpIngest } from "#server/telemetry/ingest/otlp-ingest.ts";
import { OTLP_SIGNALS } from "#server/telemetry/ingest/otlp-signals.ts";
import { retryAfter } from "#server/telemetry/ingest/retry-after.ts";
import { BODY_BYTES_MAX, unpack } from "#server/telemetry/ingest/unpack.ts";
import { readZipkinSpans } from "#server/telemetry/ingest/zipkin-http.ts";

const ZIPKIN = "/api/v2/spans" satisfies Endpoint;
type Posted = keyof typeof OTLP_SIGNALS | typeof ZIPKIN;

/** Takes telemetry from applications by OTLP/HTTP and as Zipkin's reporters post it, with an operator's API token or session. */
export function mountOtlp(
  ingest: OtlpIngest,
  admit: ReturnType<typeof admitSender>,
): Readonly<Record<Posted, HttpHandler>> {
  const take =
    (endpoint: Posted, answer: (request: IncomingMessage, body: Buffer, from: string) => Promise<Reply>): HttpHandler =>
    async (request, response) => {
      let from: string;
      try {
        from = await admit(endpoint, request);
      } catch (error) {
        const known = PharosError.from(error);
        if (known.code === "internal") throw known;
        return sendText(response, ERROR_CODES[known.code].http, `${known.toString()}\n`);
      }
      if (request.method !== "POST") return sendText(response, 405, "POST telemetry here\n");
      const body = await readBody(request, BODY_BYTES_MAX);
      if (body === undefined) return sendText(response, 413, `at most ${BODY_BYTES_MAX} bytes at a time\n`);
      const reply = await answer(request, body, from);
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
    };
  const otlp = (endpoint: keyof typeof OTLP_SIGNALS): HttpHandler =>
    take(endpoint, ({ headers }, body, from) =>
      handleOtlp(
        OTLP_SIGNALS[endpoint],
        ingest,
        { body, contentType: headers["content-type"] ?? "", contentEncoding: headers["content-encoding"] ?? "" },
        from,
      ),
    );
  return {
    "/v1/traces": otlp("/v1/traces"),
    "/v1/logs": otlp("/v1/logs"),
    "/v1/metrics": otlp("/v1/metrics"),
    [ZIPKIN]: take(ZIPKIN, async ({ headers }, body, from) => {
      try {
        const plain = await unpack(body, headers["content-encoding"] ?? "");
        await ingest.takeSpans(readZipkinSpans(plain), from);
        return { status: 202, headers: {}, body: "" };
      } catch (error) {
        const { status, headers: more } = retryAfter(error);
        return { status, headers: { "content-type": "text/plain", ...more }, body: `${PharosError.from(error)}\n` };
      }
    }),
  };
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}
