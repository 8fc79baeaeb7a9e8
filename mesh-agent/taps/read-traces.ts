import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { plainText } from "#core/plain-text.ts";
import { PEER_HEADER } from "#core/telemetry/access-log.ts";
import type { Redaction } from "#core/telemetry/redact-headers.ts";
import { TAPPED_HEADERS, type TappedHeader, type TappedHeaders } from "#core/telemetry/tapped-header.ts";
import type { HeaderValue } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import { TraceWrapperSchema } from "#proto/gen/envoy/data/tap/v3/wrapper_pb.js";

/** Headers that Envoy caught, and by what the line of the same request is known. */
export interface CaughtHeaders {
  readonly key: string;
  /** When the proxy had the request's headers; 0 where it does not say. */
  readonly startMs: number;
  readonly headers: TappedHeaders;
  readonly bytes: number;
}

/** Of one request, as with how many there are: what is beyond is counted. */
const BYTES_MAX = 16 * 1024;
/** Proxies say it to each other, and no application ever sees it. */
const INTERNAL: ReadonlySet<string> = new Set([PEER_HEADER]);

/** By what a request is known at one proxy: the caller's side of it has another key than the called's. */
export function keyOfRequest(isInbound: boolean, requestId: string, method: string, path: string): string {
  return `${isInbound ? "in" : "out"} ${requestId} ${method} ${path}`;
}

/** Reads messages that each follow their length. What may not leave this host is not in what is returned. */
export function readTraces(body: Uint8Array, redact: (name: string, value: string) => Redaction): CaughtHeaders[] {
  const reader = new BinaryReader(body);
  const caught: CaughtHeaders[] = [];
  while (reader.pos < reader.len) {
    const { trace } = fromBinary(TraceWrapperSchema, reader.bytes());
    if (trace.case !== "httpBufferedTrace") continue;
    const { request, response } = trace.value;
    const all = request?.headers ?? [];
    const headerOf = (name: string): string => all.find(({ key }) => key === name)?.value ?? "";
    const room = { headers: TAPPED_HEADERS.count, bytes: BYTES_MAX, leftOut: 0 };
    const show = (headers: readonly HeaderValue[] = []): TappedHeader[] =>
      headers.flatMap(({ key, value }) => {
        if (INTERNAL.has(key)) return [];
        const cut = plainText(value, TAPPED_HEADERS.valueChars);
        const shown = { name: plainText(key, TAPPED_HEADERS.nameChars), ...redact(key, cut) };
        const bytes = shown.name.length + shown.value.length;
        if (room.headers < 1 || room.bytes < bytes) {
          room.leftOut += 1;
          return [];
        }
        room.headers -= 1;
        room.bytes -= bytes;
        return [shown];
      });
    const headers = {
      request: show(all),
      requestTrailers: show(request?.trailers),
      response: show(response?.headers),
      responseTrailers: show(response?.trailers),
    };
    caught.push({
      key: keyOfRequest(
        // Callers' proxies and gateways put it on, and called ones take it off.
        headerOf(PEER_HEADER) === "",
        headerOf("x-request-id"),
        headerOf(":method"),
        headerOf("x-envoy-original-path") || headerOf(":path"),
      ),
      startMs: request?.headersReceivedTime === undefined ? 0 : timestampMs(request.headersReceivedTime),
      headers: { ...headers, leftOut: room.leftOut },
      bytes: BYTES_MAX - room.bytes,
    });
  }
  return caught;
}
