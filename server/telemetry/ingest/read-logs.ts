import type { Redact } from "#core/telemetry/redact-headers.ts";
import type { LogRecord, ResourceLogs } from "#proto/gen/opentelemetry/proto/logs/v1/logs_pb.js";
import {
  readAttributes,
  readId,
  readResource,
  readValue,
  TEXT_CHARS_MAX,
} from "#server/telemetry/ingest/read-attributes.ts";
import type { LogRow } from "#server/telemetry/ports/log-row.ts";

const SEVERITY_MAX = 24;
/** A stack is longer than an attribute. */
const BODY_CHARS_MAX = 16_384;

/** OTLP to rows. A record that says no time is of when it was seen, or came. `from` marks who sent them. */
export function readLogs(resourceLogs: readonly ResourceLogs[], from: string, redact: Redact, nowMs: number): LogRow[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) => {
    const { service, text } = readResource(resource, from, redact);
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => readLog(record, { service, resource: text, redact, nowMs })),
    );
  });
}

interface OfLog {
  readonly service: string;
  readonly resource: string;
  readonly redact: Redact;
  readonly nowMs: number;
}

function readLog(record: LogRecord, { service, resource, redact, nowMs }: OfLog): LogRow {
  const { timeUnixNano, observedTimeUnixNano, severityNumber } = record;
  const atNano = timeUnixNano === 0n ? observedTimeUnixNano : timeUnixNano;
  const attributes = readAttributes(record.attributes, redact);
  if (record.eventName !== "") attributes["event.name"] ??= record.eventName.slice(0, TEXT_CHARS_MAX);
  return {
    atUs: atNano === 0n ? BigInt(nowMs) * 1000n : atNano / 1000n,
    traceId: readId(record.traceId, 16),
    spanId: readId(record.spanId, 8),
    service,
    severity: severityNumber >= 1 && severityNumber <= SEVERITY_MAX ? severityNumber : 0,
    severityText: record.severityText.slice(0, 64),
    body: String(record.body === undefined ? "" : (readValue(record.body) ?? "")).slice(0, BODY_CHARS_MAX),
    attributes: JSON.stringify(attributes),
    resource,
  };
}
