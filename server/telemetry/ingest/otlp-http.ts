import { PharosError } from "#core/errors.ts";
import type { OtlpIngest } from "#server/telemetry/ingest/otlp-ingest.ts";
import type { OtlpSignal } from "#server/telemetry/ingest/otlp-signals.ts";
import { retryAfter } from "#server/telemetry/ingest/retry-after.ts";
import { unpack } from "#server/telemetry/ingest/unpack.ts";

export interface OtlpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

export interface OtlpRequest {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Empty for none. */
  readonly contentEncoding: string;
}

/** A POST of OTLP/HTTP 1.x, in either format, compressed or not. `from` marks what is stored with who sent it. */
export async function handleOtlp(
  signal: OtlpSignal,
  ingest: OtlpIngest,
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
  try {
    const plain = await unpack(body, contentEncoding);
    const answer = await signal.take(ingest, plain, type === JSON_TYPE ? "json" : "protobuf", from);
    return { status: 200, headers: { "content-type": type }, body: answer };
  } catch (error) {
    const { status, headers } = retryAfter(error);
    return answerError(status, type, PharosError.from(error).toString(), headers);
  }
}

/** A google.rpc.Status: code 3 for what the sender got wrong, 14 for what it may try again, 8 for what was too much. */
function answerError(
  status: number,
  contentType: string,
  message: string,
  more: Readonly<Record<string, string>> = {},
): OtlpAnswer {
  const code = status === 503 ? 14 : status === 429 ? 8 : 3;
  const headers = { "content-type": contentType, ...more };
  if (contentType === JSON_TYPE) return { status, headers, body: Buffer.from(JSON.stringify({ code, message })) };
  const text = Buffer.from(message.slice(0, 100));
  return { status, headers, body: Buffer.from([0x08, code, 0x12, text.length, ...text]) };
}
