import { uncompress } from "snappyjs";
import { PharosError } from "#core/errors.ts";
import { readWriteRequest, readWriteRequest2, type WriteRequest } from "#server/prometheus/read-write-request.ts";
import { retryAfter } from "#server/telemetry/ingest/retry-after.ts";
import type { SampleIngest } from "#server/telemetry/ingest/sample-ingest.ts";

export const WRITE_BYTES_MAX = 8 * 1024 * 1024;
const PLAIN_BYTES_MAX = 32 * 1024 * 1024;

export interface WriteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const PROTOS: Readonly<Record<string, (bytes: Uint8Array) => WriteRequest>> = {
  "prometheus.WriteRequest": readWriteRequest,
  "io.prometheus.write.v2.Request": readWriteRequest2,
};

/**
 * A remote write, 1.0 or 2.0 by its content type. 4xx has the sender drop it, 429 and 503 try it again. Samples that are rejected
 * (too old, a second value of one time) are told of with 400; those beside them are stored.
 */
export async function receiveWrite(
  ingest: Pick<SampleIngest, "take">,
  body: Uint8Array,
  headers: { readonly contentType: string; readonly contentEncoding: string },
  account: string,
): Promise<WriteAnswer> {
  const answer = (status: number, text: string, more: Readonly<Record<string, string>> = {}): WriteAnswer => ({
    status,
    headers: more,
    text: text === "" ? "" : `${text}\n`,
  });
  const [type = "", ...params] = headers.contentType.split(";").map((part) => part.trim());
  const proto = params.find((param) => param.startsWith("proto="))?.slice(6) ?? "prometheus.WriteRequest";
  const read = Object.hasOwn(PROTOS, proto) ? PROTOS[proto] : undefined;
  if (type.toLowerCase() !== "application/x-protobuf" || read === undefined)
    return answer(
      415,
      `content type ${JSON.stringify(headers.contentType.slice(0, 200))}: application/x-protobuf with proto=${Object.keys(PROTOS).join(" or proto=")} is taken`,
    );
  if (headers.contentEncoding.trim().toLowerCase() !== "snappy")
    return answer(415, `content encoding ${JSON.stringify(headers.contentEncoding.slice(0, 100))} is not snappy`);
  let request: WriteRequest;
  try {
    request = read(uncompress(body, PLAIN_BYTES_MAX));
  } catch (error) {
    return answer(400, `no ${proto} in a snappy block: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    const { stored, rejected, why } = await ingest.take(account, request.series);
    const written = {
      "x-prometheus-remote-write-samples-written": String(stored),
      "x-prometheus-remote-write-histograms-written": "0",
      "x-prometheus-remote-write-exemplars-written": "0",
    };
    if (rejected > 0) return answer(400, `${rejected} samples are rejected: ${why ?? ""}`, written);
    if (request.histograms > 0)
      return answer(400, `${request.histograms} native histograms are rejected: they are not stored here`, written);
    return answer(204, "", written);
  } catch (error) {
    const { status, headers } = retryAfter(error);
    return answer(status, PharosError.from(error).toString(), headers);
  }
}
