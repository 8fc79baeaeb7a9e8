import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";

/** Span and log line are of one clock, and written in ms there. */
const APART_MS_MAX = 10;
/** As Envoy's Zipkin tracer names the request's id. */
const REQUEST_ID = "guid:x-request-id";

type Told = Pick<
  RequestRecord,
  | "reporter"
  | "startMs"
  | "durationMs"
  | "requestId"
  | "responseCode"
  | "sourceNamespace"
  | "destinationNamespace"
  | "sourceVersion"
  | "destinationVersion"
>;

/** The request that a proxy's span tells of, among the kept ones of its trace; undefined where it was not kept, and for applications' spans. */
export function recordOfSpan<R extends Told>(span: TraceSpan, records: readonly R[]): R | undefined {
  const reporter = span.kind === "client" ? "source" : span.kind === "server" ? "destination" : undefined;
  const requestId = span.attributes[REQUEST_ID];
  if (reporter === undefined || requestId === undefined) return undefined;
  const namespace = span.resource["istio.namespace"];
  const version = span.resource["istio.canonical_revision"];
  const apart = (record: R): number =>
    Math.abs(record.startMs - span.startMs) + Math.abs(record.durationMs - span.durationMs);
  const own = records.filter((record) => {
    const isSource = record.reporter === "source";
    return (
      record.reporter === reporter &&
      record.requestId === requestId &&
      (isSource ? record.sourceNamespace : record.destinationNamespace) === namespace &&
      (isSource ? record.sourceVersion : record.destinationVersion) === version &&
      String(span.attributes["http.status_code"] ?? record.responseCode) === String(record.responseCode) &&
      apart(record) <= APART_MS_MAX
    );
  });
  return own.sort((a, b) => apart(a) - apart(b))[0];
}
