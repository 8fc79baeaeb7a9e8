import { create } from "@bufbuild/protobuf";
import { z } from "zod";
import { PharosError } from "#core/errors.ts";
import { type ResourceSpans, ResourceSpansSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { parseZipkin, spanOfZipkin, textAttribute, type ZipkinSpan } from "#proto/zipkin-span.ts";
import { checkJsonSize } from "#server/telemetry/ingest/check-json-size.ts";

/** What Zipkin's reporters post, as OTLP: a resource for each service that they name. Throws "invalid". */
export function readZipkinSpans(body: Uint8Array): readonly ResourceSpans[] {
  const byService = Map.groupBy(parse(body), ({ localEndpoint }) => localEndpoint?.serviceName ?? "unknown");
  return [...byService].map(([service, spans]) =>
    create(ResourceSpansSchema, {
      resource: { attributes: [textAttribute("service.name", service)] },
      scopeSpans: [{ scope: { name: "zipkin" }, spans: spans.map(spanOfZipkin) }],
    }),
  );
}

function parse(body: Uint8Array): readonly ZipkinSpan[] {
  try {
    checkJsonSize(body);
    return parseZipkin(Buffer.from(body).toString("utf8"));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    const why = issue === undefined ? String(cause) : `[${issue.path.join("].")}: ${issue.message}`;
    throw new PharosError("invalid", `no list of Zipkin's spans, version 2: ${why.slice(0, 300)}`, {
      hint: "post JSON as Zipkin's reporters do: [{traceId, id, name, timestamp, duration, localEndpoint}]",
      cause,
    });
  }
}
