import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { RowLimit } from "#server/telemetry/ingest/row-budget.ts";
import type { LogRow } from "#server/telemetry/ports/log-row.ts";
import type { SpanRow } from "#server/telemetry/ports/span-row.ts";

/** Together agents send no more than this many reports a second. */
export const REPORTS_PER_SECOND = 150;

/** What a party may hand over. */
export const ROW_LIMITS = {
  /** A workload of which all of 2,500 requests a second are sampled, in and out, makes as many: a bound on what can be made up, not on what is usual. */
  spans: { name: "spans", perSecond: 5000, atOnce: 50_000 },
  /** As many lines as a workload of which every request writes two. */
  logs: { name: "log records", perSecond: 5000, atOnce: 50_000 },
  /** Of a report of theirs: the agent's reservoirs hold 120 samples, and it tells of a gap where a file or its Envoy ended. */
  samples: { name: "samples", perSecond: REPORTS_PER_SECOND * 120, atOnce: REPORTS_PER_SECOND * 120 * 10 },
  gaps: { name: "gaps", perSecond: REPORTS_PER_SECOND, atOnce: REPORTS_PER_SECOND * 10 },
  /** Beyond it the shapes of a window are told as one. */
  shapes: { name: "request shapes", perSecond: 2000, atOnce: 50_000 },
} as const satisfies Readonly<Record<string, RowLimit>>;

/** What a row holds at most to count as one: a budget of rows is one of bytes too. */
export const CHARACTERS_PER_ROW = 4096;

/** As how many rows one counts that says so much. */
export function weightOf(texts: readonly string[]): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return Math.max(1, Math.ceil(characters / CHARACTERS_PER_ROW));
}

/** The texts of a row that can be long. */
export const textsOfSpan = (row: SpanRow): readonly string[] => [
  row.name,
  row.statusMessage,
  row.attributes,
  row.resource,
  row.events,
  row.links,
];

export const textsOfLog = ({ body, attributes, resource }: LogRow): readonly string[] => [body, attributes, resource];

export const textsOfRequest = ({ path, authority, responseCodeDetails }: RequestRecord): readonly string[] => [
  path,
  authority,
  responseCodeDetails,
];
