import { textOf, wholeOf } from "#core/telemetry/access-entry.ts";
import type { LogDirection } from "#core/telemetry/access-log.ts";

/** Where a proxy's script says which span a traced request is: `TRACE-SPAN-PARENT`, in hex, the last of them empty where the trace begins here. */
export const SPAN_METADATA = { filter: "pharos", key: "span" } as const;

/** What of a request its span tells, beside what it is told by: the names are those of Envoy's own spans. */
const FIELDS = {
  sp: `%DYNAMIC_METADATA(${SPAN_METADATA.filter}:${SPAN_METADATA.key})%`,
  /** Microseconds since the epoch. */
  us: "%START_TIME(%s%6f)%",
  /** Microseconds; none where there was no response. */
  du: "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%",
  /** Milliseconds. */
  d: "%DURATION%",
  m: "%REQUEST_HEADER(:METHOD)%",
  s: "%REQUEST_HEADER(X-FORWARDED-PROTO)%",
  a: "%REQUEST_HEADER(:AUTHORITY)%",
  p: "%REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  ri: "%REQUEST_HEADER(X-REQUEST-ID)%",
  ci: "%REQUEST_HEADER(X-CLIENT-TRACE-ID)%",
  dc: "%REQUEST_HEADER(X-ENVOY-DOWNSTREAM-SERVICE-CLUSTER)%",
  ua: "%REQUEST_HEADER(USER-AGENT)%",
  ct: "%REQUEST_HEADER(CONTENT-TYPE)%",
  gt: "%REQUEST_HEADER(GRPC-TIMEOUT)%",
  pr: "%PROTOCOL%",
  pa: "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
  bi: "%BYTES_RECEIVED%",
  bo: "%BYTES_SENT%",
  c: "%RESPONSE_CODE%",
  f: "%RESPONSE_FLAGS%",
  g: "%GRPC_STATUS_NUMBER%",
  gm: "%TRAILER(GRPC-MESSAGE)%",
  uc: "%UPSTREAM_CLUSTER_RAW%",
  uh: "%UPSTREAM_HOST%",
} as const;

type SpanField = keyof typeof FIELDS;

/** In such a line, and in no other: what clients put into one has no quotes that are not escaped. */
const SPAN_MARK = '"sp":';

/** What a tag says where a request has nothing for it. */
export interface LineTag {
  readonly name: string;
  /** With Envoy's command operators, as is what stands for it. */
  readonly format: string;
  readonly otherwise: string;
}

/** Of a log's line, as Envoy takes it. */
export type SpanFormat = Record<string, string | Record<string, string>>;

/** Of a line that is written for traced requests alone. What is empty Envoy leaves out. */
export function spanLineFormat(direction: LogDirection, tags: readonly LineTag[], pathCharsMax: number): SpanFormat {
  const otherwise = tags.filter((tag) => tag.otherwise !== "");
  return {
    ...FIELDS,
    p: `${FIELDS.p.slice(0, -1)}:${pathCharsMax}%`,
    by: direction,
    ...(tags.length === 0 ? {} : { tg: Object.fromEntries(tags.map(({ name, format }) => [name, format])) }),
    ...(otherwise.length === 0 ? {} : { to: Object.fromEntries(otherwise.map((tag) => [tag.name, tag.otherwise])) }),
  };
}

/** A traced request, as its proxy wrote it down. */
export interface SpanLine {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined: the trace begins here. */
  readonly parentSpanId: string | undefined;
  readonly direction: LogDirection;
  readonly startUs: number;
  readonly durationUs: number;
  readonly texts: Readonly<Record<Exclude<SpanField, "sp" | "us" | "du" | "d">, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** Of what callers choose: lines may hold sixty kilobytes of it. */
export const TEXT_CHARS_MAX = 1024;
const TIME_US_MAX = 2 ** 53 - 1;

/** Undefined for every other line. */
export function parseSpanLine(line: string): SpanLine | undefined {
  if (!line.includes(SPAN_MARK)) return undefined;
  let read: Partial<Record<string, unknown>>;
  try {
    read = JSON.parse(line) as Partial<Record<string, unknown>>;
  } catch {
    return undefined;
  }
  const { by } = read;
  const [, traceId, spanId, parent] = /^([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{16})?$/.exec(textOf(read.sp)) ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  if (by !== "outbound" && by !== "inbound" && by !== "gateway") return undefined;
  const text = (field: SpanField): string => textOf(read[field]).slice(0, TEXT_CHARS_MAX);
  const fields = Object.keys(FIELDS) as SpanField[];
  return {
    traceId,
    spanId,
    parentSpanId: parent,
    direction: by,
    startUs: wholeOf(read.us, TIME_US_MAX),
    durationUs: wholeOf(read.du ?? wholeOf(read.d) * 1000),
    texts: Object.fromEntries(fields.map((field) => [field, text(field)])) as SpanLine["texts"],
    tags: { ...textsIn(read.to), ...textsIn(read.tg) },
  };
}

function textsIn(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const text = (isPlain(each) ? textOf(each) : JSON.stringify(each)).slice(0, TEXT_CHARS_MAX);
      return text === "" ? [] : [[name, text]];
    }),
  );
}

/** Else it is what a command comes to that is no text: metadata, or whether something is. */
const isPlain = (value: unknown): boolean => value === null || ["string", "number"].includes(typeof value);
