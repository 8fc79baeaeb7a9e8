import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { create, fromBinary, fromJson, type JsonValue, toBinary, toJsonString } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import {
  type ExportTraceServiceRequest,
  ExportTraceServiceRequestSchema,
  ExportTraceServiceResponseSchema,
} from "#proto/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js";
import type { TelemetryIngest } from "#server/telemetry/ingest/telemetry-ingest.ts";

export interface OtlpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

export const OTLP_BYTES_MAX = 8 * 1024 * 1024;

const gunzipped = promisify(gunzip);

export interface OtlpRequest {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Empty for none. */
  readonly contentEncoding: string;
}

/** POST /v1/traces of OTLP/HTTP 1.x, in either format, compressed or not. `from` marks the spans with who sent them. */
export async function handleOtlpTraces(
  ingest: Pick<TelemetryIngest, "takeSpans">,
  { body, contentType, contentEncoding }: OtlpRequest,
  from: string,
): Promise<OtlpAnswer> {
  const type = contentType.split(";")[0]?.trim().toLowerCase();
  if (type !== PROTOBUF && type !== JSON_TYPE)
    return answerError(
      415,
      JSON_TYPE,
      `content type ${JSON.stringify(contentType.slice(0, 100))} is neither ${PROTOBUF} nor ${JSON_TYPE}`,
    );
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding !== "" && encoding !== "identity" && encoding !== "gzip")
    return answerError(415, type, `content encoding ${JSON.stringify(encoding.slice(0, 100))} is not gzip`);
  let plain = body;
  try {
    if (encoding === "gzip") plain = await gunzipped(body, { maxOutputLength: OTLP_BYTES_MAX });
  } catch (error) {
    const isTooLong = (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    return isTooLong
      ? answerError(413, type, `more than ${OTLP_BYTES_MAX} bytes when unpacked`)
      : answerError(400, type, `no gzip: ${error instanceof Error ? error.message : String(error)}`);
  }
  let request: ExportTraceServiceRequest;
  try {
    request =
      type === JSON_TYPE
        ? fromJson(
            ExportTraceServiceRequestSchema,
            encodeIds(JSON.parse(Buffer.from(plain).toString("utf8")) as JsonValue),
            { ignoreUnknownFields: true },
          )
        : fromBinary(ExportTraceServiceRequestSchema, plain);
  } catch (error) {
    return answerError(
      400,
      type,
      `no ExportTraceServiceRequest: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  try {
    const { rejected, why } = await ingest.takeSpans(request.resourceSpans, from);
    const answer = create(
      ExportTraceServiceResponseSchema,
      why === undefined ? {} : { partialSuccess: { rejectedSpans: BigInt(rejected), errorMessage: why } },
    );
    const body =
      type === JSON_TYPE
        ? Buffer.from(toJsonString(ExportTraceServiceResponseSchema, answer))
        : toBinary(ExportTraceServiceResponseSchema, answer);
    return { status: 200, contentType: type, body };
  } catch (error) {
    // 503 has the sender try again; see OTLP's retryable codes.
    return answerError(503, type, PharosError.from(error).toString());
  }
}

/** A google.rpc.Status: code 3 for what the sender got wrong, 14 for what it may try again. */
function answerError(status: number, contentType: string, message: string): OtlpAnswer {
  const code = status === 503 ? 14 : 3;
  if (contentType === JSON_TYPE) return { status, contentType, body: Buffer.from(JSON.stringify({ code, message })) };
  const text = Buffer.from(message.slice(0, 100));
  return { status, contentType, body: Buffer.from([0x08, code, 0x12, text.length, ...text]) };
}

const ID_FIELDS: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"]);

/** OTLP's JSON has ids in hex, where protobuf's JSON has base64. */
function encodeIds(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(encodeIds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      ID_FIELDS.has(name) && typeof each === "string" ? Buffer.from(each, "hex").toString("base64") : encodeIds(each),
    ]),
  );
}
