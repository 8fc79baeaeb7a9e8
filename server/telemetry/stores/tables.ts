import { DIMENSION_NAMES, DIMENSIONS, type DimensionName } from "#core/telemetry/dimensions.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { GapRow } from "#server/telemetry/ports/gap-row.ts";
import type { LogRow } from "#server/telemetry/ports/log-row.ts";
import type { SampleRow } from "#server/telemetry/ports/sample-row.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";
import type { ReportMark } from "#server/telemetry/ports/telemetry-sink.ts";
import { type CoarseTier, TIERS, type TierName } from "#server/telemetry/ports/tiers.ts";
import type { TrafficWindow, WindowShape } from "#server/telemetry/ports/traffic-window.ts";
import type { NumberedKey } from "#server/telemetry/stores/key-numbers.ts";
import type { NumberedSeries } from "#server/telemetry/stores/series-numbers.ts";
import { type Column, field, optionalText, Table } from "#server/telemetry/stores/table.ts";

const SQL_TYPES = { text: "VARCHAR", integer: "INTEGER", boolean: "BOOLEAN" } as const;

/** What is counted in a window, with the number of its labels and its start in the table. */
export interface SummedRow {
  readonly window: Omit<TrafficWindow, "startMs" | "key" | "shapes">;
  readonly startMs: number;
  readonly id: number;
}

/** The same of a window as it came. */
export interface WindowRow extends SummedRow {
  readonly window: TrafficWindow;
}

/** Columns of a window that are put one behind the other. */
const histograms: readonly Column<SummedRow>[] = [
  { name: "durations", type: "UINTEGER[]", isRequired: true, of: ({ window }) => window.durations },
  { name: "request_sizes", type: "UINTEGER[]", isRequired: true, of: ({ window }) => window.requestSizes },
  { name: "response_sizes", type: "UINTEGER[]", isRequired: true, of: ({ window }) => window.responseSizes },
];

/** Columns of a window that are summed. */
const summed: readonly Column<SummedRow>[] = [
  { name: "count", type: "UBIGINT", isRequired: true, of: ({ window }) => window.count },
  { name: "request_bytes", type: "UBIGINT", isRequired: true, of: ({ window }) => window.requestBytes },
  { name: "response_bytes", type: "UBIGINT", isRequired: true, of: ({ window }) => window.responseBytes },
  { name: "duration_sum", type: "DOUBLE", isRequired: true, of: ({ window }) => window.durationSumMs },
  { name: "opened", type: "UBIGINT", isRequired: true, of: ({ window }) => window.opened },
];

export const HISTOGRAMS = histograms.map(({ name }) => name);
export const SUMMED = summed.map(({ name }) => name);
/** Each of `SUMMED`, added up. */
export const SUMS = SUMMED.map((column) => `sum(${column}::DOUBLE) AS ${column}`).join(", ");

const windows = (name: string) =>
  new Table<SummedRow>(name, [
    { name: "start_ms", type: "BIGINT", isRequired: true, of: ({ startMs }) => startMs },
    { name: "key", type: "INTEGER", isRequired: true, of: ({ id }) => id },
    ...summed,
    ...histograms,
  ]);

/** Rows of windows are only ever added; several rows of one key and time are summed by who reads. */
export const WINDOWS: Readonly<Record<TierName, Table<SummedRow>>> = {
  "10s": windows("windows_10s"),
  "1m": windows("windows_1m"),
  "10m": windows("windows_10m"),
  "1h": windows("windows_1h"),
  "1d": windows("windows_1d"),
};
export const WINDOW_TABLES = TIERS.map(({ name }) => WINDOWS[name]);

/** The labels of windows, stored once. */
export const KEYS = new Table<NumberedKey>("keys", [
  { name: "id", type: "INTEGER", isRequired: true, of: ({ id }) => id },
  ...DIMENSION_NAMES.map(
    (name): Column<NumberedKey> => ({
      name: DIMENSIONS[name].column,
      type: SQL_TYPES[DIMENSIONS[name].type],
      isRequired: false,
      of: ({ key }) => key[name],
      as: name,
    }),
  ),
]);

const label = (name: DimensionName & keyof RequestRecord) =>
  field<RequestRecord, typeof name>(DIMENSIONS[name].column, SQL_TYPES[DIMENSIONS[name].type], name);
const optionalLabel = (name: DimensionName & keyof RequestRecord) =>
  optionalText<RequestRecord, typeof name>(DIMENSIONS[name].column, name);
const request = (
  name: string,
  type: "VARCHAR" | "DOUBLE" | "BIGINT" | "INTEGER" | "UBIGINT",
  of: keyof RequestRecord,
) => field<RequestRecord, typeof of>(name, type, of);

export const REQUESTS = new Table<RequestRecord>("requests", [
  request("start_ms", "BIGINT", "startMs"),
  request("id", "VARCHAR", "id"),
  label("reporter"),
  request("class", "VARCHAR", "class"),
  request("duration_ms", "DOUBLE", "durationMs"),
  request("method", "VARCHAR", "method"),
  request("path", "VARCHAR", "path"),
  request("path_template", "VARCHAR", "pathTemplate"),
  request("authority", "VARCHAR", "authority"),
  label("protocol"),
  label("responseCode"),
  label("grpcStatus"),
  label("responseFlags"),
  request("response_code_details", "VARCHAR", "responseCodeDetails"),
  request("request_bytes", "UBIGINT", "requestBytes"),
  request("response_bytes", "UBIGINT", "responseBytes"),
  optionalText("trace_id", "traceId"),
  optionalText("request_id", "requestId"),
  label("sourceWorkload"),
  label("sourceNamespace"),
  label("sourceVersion"),
  optionalLabel("sourcePrincipal"),
  label("sourceAddress"),
  label("destinationService"),
  label("destinationPort"),
  label("destinationWorkload"),
  label("destinationNamespace"),
  label("destinationVersion"),
  optionalLabel("destinationPrincipal"),
  label("security"),
  optionalText("subset", "subset"),
  optionalText("route_name", "routeName"),
  optionalText("route_resource", "routeResource"),
  optionalText("route_path", "routePath"),
  optionalText("upstream_host", "upstreamHost"),
  optionalText("upstream_failure", "upstreamFailure"),
  request("attempts", "INTEGER", "attempts"),
  optionalLabel("deniedBy"),
  optionalText("policy", "policy"),
  label("fromGateway"),
  request("weight", "DOUBLE", "weight"),
  request("revision", "INTEGER", "revision"),
]);

/** The column that holds a field of a request. */
export const REQUEST_COLUMNS: ReadonlyMap<string, string> = new Map(
  REQUESTS.columns.flatMap(({ name, as }) => (as === undefined ? [] : [[as, name] as const])),
);

/** What of a set of labels had a method and a template of paths. */
export interface ShapeRow {
  readonly startMs: number;
  readonly id: number;
  readonly shape: WindowShape;
}

/** Rows are only ever added, and put together once their time is over; who reads sums them. */
export const SHAPES = new Table<ShapeRow>("shapes", [
  { name: "start_ms", type: "BIGINT", isRequired: true, of: ({ startMs }) => startMs },
  { name: "key", type: "INTEGER", isRequired: true, of: ({ id }) => id },
  { name: "method", type: "VARCHAR", isRequired: true, of: ({ shape }) => shape.method },
  { name: "path_template", type: "VARCHAR", isRequired: true, of: ({ shape }) => shape.pathTemplate },
  { name: "count", type: "UBIGINT", isRequired: true, of: ({ shape }) => shape.count },
]);

const span = (
  name: string,
  type: "VARCHAR" | "UTINYINT" | "BOOLEAN" | "BIGINT",
  of: keyof SpanRow,
  more: Partial<Column<SpanRow>> = {},
) => field<SpanRow, typeof of>(name, type, of, more);

export const SPANS = new Table<SpanRow>("spans", [
  span("start_us", "BIGINT", "startUs", { isRequired: true, select: "start_us / 1000.0", as: "startMs" }),
  span("duration_us", "BIGINT", "durationUs", { isRequired: true, select: "duration_us / 1000.0", as: "durationMs" }),
  span("trace_id", "VARCHAR", "traceId", { isRequired: true }),
  span("span_id", "VARCHAR", "spanId", { isRequired: true }),
  span("parent_span_id", "VARCHAR", "parentSpanId"),
  span("service", "VARCHAR", "service"),
  span("name", "VARCHAR", "name"),
  span("kind", "UTINYINT", "kind"),
  span("status", "UTINYINT", "status"),
  span("is_error", "BOOLEAN", "isError"),
  span("status_message", "VARCHAR", "statusMessage"),
  span("attributes", "VARCHAR", "attributes"),
  span("resource", "VARCHAR", "resource"),
  span("events", "VARCHAR", "events"),
  span("links", "VARCHAR", "links"),
  span("scope", "VARCHAR", "scope"),
]);

export const LOGS = new Table<LogRow>("logs", [
  field("at_us", "BIGINT", "atUs", { isRequired: true, select: "at_us / 1000.0", as: "atMs" }),
  optionalText("trace_id", "traceId"),
  optionalText("span_id", "spanId"),
  field("service", "VARCHAR", "service"),
  field("severity", "UTINYINT", "severity"),
  field("severity_text", "VARCHAR", "severityText"),
  field("body", "VARCHAR", "body"),
  field("attributes", "VARCHAR", "attributes"),
  field("resource", "VARCHAR", "resource"),
]);

export const GAPS = new Table<GapRow>("gaps", [
  field("start_ms", "BIGINT", "startMs", { isRequired: true }),
  field("end_ms", "BIGINT", "endMs", { isRequired: true }),
  field("workload", "VARCHAR", "workload"),
  field("reason", "VARCHAR", "reason"),
  field("requests", "UBIGINT", "requests"),
]);

export const REPORTS = new Table<ReportMark>("reports", [
  field("reporter", "VARCHAR", "reporter", { isRequired: true }),
  field("store_id", "VARCHAR", "storeId", { isRequired: true }),
  field("sequence", "UBIGINT", "sequence", { isRequired: true }),
  field("received_ms", "BIGINT", "receivedMs", { isRequired: true }),
]);

/** Others' series; labels as JSON of an object. */
export const SERIES = new Table<NumberedSeries>("series", [
  { name: "id", type: "INTEGER", isRequired: true, of: ({ id }) => id },
  { name: "account", type: "VARCHAR", isRequired: true, of: ({ series }) => series.account },
  {
    name: "labels",
    type: "VARCHAR",
    isRequired: true,
    of: ({ series }) => JSON.stringify(Object.fromEntries(series.labels)),
  },
]);

/** Their samples; without a value where a series ended. */
export const POINTS = new Table<{ readonly sample: SampleRow; readonly id: number }>("points", [
  { name: "series", type: "INTEGER", isRequired: true, of: ({ id }) => id },
  { name: "at_ms", type: "BIGINT", isRequired: true, of: ({ sample }) => sample.atMs },
  { name: "value", type: "DOUBLE", isRequired: false, of: ({ sample }) => sample.value },
]);

/** Up to when each coarser tier holds everything. */
export const ROLLED = new Table<{ readonly tier: CoarseTier; readonly untilMs: number }>("rolled", [
  field("tier", "VARCHAR", "tier", { isRequired: true }),
  field("until_ms", "BIGINT", "untilMs", { isRequired: true }),
]);

/** Every table of what is told of. */
export const ROW_TABLES = [
  ...WINDOW_TABLES,
  KEYS,
  REQUESTS,
  SHAPES,
  SPANS,
  LOGS,
  GAPS,
  REPORTS,
  SERIES,
  POINTS,
  ROLLED,
] as const;
