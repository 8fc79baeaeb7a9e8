import type { Expr } from "#core/promql/expr.ts";
import type { Matcher } from "#core/promql/matcher.ts";
import type { Meter } from "#core/promql/meter.ts";
import { selectorsOf } from "#core/promql/selectors-of.ts";
import { METRIC_NAME, type SeriesLabels, seriesLabels, textOfLabels } from "#core/promql/series-labels.ts";
import { LE_BOUNDS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type { HistogramName } from "#core/telemetry/traffic.ts";
import { passes } from "#server/prometheus/series-catalog.ts";
import type { TrafficFamily } from "#server/prometheus/traffic-families.ts";
import type { RequestReader, RequestSearch } from "#server/telemetry/ports/request-reader.ts";
import type { TrafficReader } from "#server/telemetry/ports/traffic-reader.ts";

/** A request that is one of those that a series counts, and whose trace can be looked at. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly atMs: number;
}

export interface ExemplarSeries {
  readonly labels: SeriesLabels;
  readonly exemplars: readonly Exemplar[];
}

export interface ExemplarParts {
  readonly families: readonly TrafficFamily[];
  readonly requests: Pick<RequestReader, "list">;
  readonly traffic: Pick<TrafficReader, "keys">;
}

/** The slowest of a range, and the newest of each of so many parts of it, so that there are some everywhere. */
const SLOWEST = 40;
const PARTS = 20;
const OF_PART = 8;
const SUFFIXES = ["_bucket", "_sum", "_count"];

const VALUES: Readonly<Record<HistogramName, (request: RequestRecord) => number>> = {
  durations: ({ durationMs }) => durationMs,
  requestSizes: ({ requestBytes }) => requestBytes,
  responseSizes: ({ responseBytes }) => responseBytes,
};

/** What a kept request and the key that it was counted by have both. */
const SHARED = [
  "reporter",
  "sourceWorkload",
  "sourceNamespace",
  "sourceVersion",
  "destinationService",
  "destinationPort",
  "destinationWorkload",
  "destinationVersion",
  "protocol",
  "responseCode",
  "grpcStatus",
  "responseFlags",
] as const satisfies readonly (keyof TrafficKey & keyof RequestRecord)[];

const textOf = (of: Pick<TrafficKey | RequestRecord, (typeof SHARED)[number]>): string =>
  SHARED.map((name) => of[name]).join("\u0000");

/** Requests that are stored with a trace, by the series of histograms that an expression reads and they are in. */
export async function findExemplars(
  expr: Expr,
  range: { readonly startMs: number; readonly endMs: number },
  { families, requests, traffic }: ExemplarParts,
  meter: Meter,
): Promise<readonly ExemplarSeries[]> {
  const wanted = [...selectorsOf(expr)].flatMap(({ matchers }) =>
    families.filter((family) => isNamed(family, matchers)).map((family) => ({ family, matchers })),
  );
  if (wanted.length === 0) return [];
  const found = await traced(requests, range, meter);
  const keys = keysOf(traffic, found.values());
  const series = new Map<string, { readonly labels: SeriesLabels; readonly exemplars: Map<string, Exemplar> }>();
  for (const { family, matchers } of wanted)
    for (const request of found.values()) {
      const own = labelsIn(family, keys.get(textOf(request)));
      if (own === undefined || family.histogram === undefined || request.traceId === null) continue;
      const value = VALUES[family.histogram](request);
      const bound = LE_BOUNDS.find((each) => value <= each);
      const labels = seriesLabels([
        ...Object.entries(own),
        [METRIC_NAME, `${family.name}_bucket`],
        ["le", bound === undefined ? "+Inf" : String(bound / family.unit)],
      ]);
      // Sums and counts have no bound, and are of the same requests.
      if (
        !passes(
          labels,
          matchers.filter(({ name }) => name !== METRIC_NAME),
        )
      )
        continue;
      const text = textOfLabels(labels);
      const of = series.get(text) ?? { labels, exemplars: new Map() };
      series.set(text, of);
      of.exemplars.set(request.id, { traceId: request.traceId, value: value / family.unit, atMs: request.startMs });
    }
  return Array.from(series.values(), ({ labels, exemplars }) => ({
    labels,
    exemplars: [...exemplars.values()].sort((a, b) => a.atMs - b.atMs),
  }));
}

function isNamed({ name, histogram }: TrafficFamily, matchers: readonly Matcher[]): boolean {
  const named = matchers.filter((matcher) => matcher.name === METRIC_NAME);
  return histogram !== undefined && SUFFIXES.some((suffix) => named.every((each) => each.matches(name + suffix)));
}

async function traced(
  requests: Pick<RequestReader, "list">,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  meter: Meter,
): Promise<ReadonlyMap<string, RequestRecord>> {
  const found = new Map<string, RequestRecord>();
  const ask = async (fromMs: number, toMs: number, more: Pick<RequestSearch, "sort" | "limit">): Promise<void> => {
    meter.check();
    for (const request of await requests.list({ fromMs, toMs, where: [], isTraced: true, ...more }))
      found.set(request.id, request);
  };
  await ask(startMs, endMs, { sort: "duration", limit: SLOWEST });
  const lengthMs = Math.max(1, (endMs - startMs) / PARTS);
  if (found.size > 0)
    for (let fromMs = startMs; fromMs < endMs; fromMs += lengthMs)
      await ask(fromMs, Math.min(endMs, fromMs + lengthMs), { limit: OF_PART });
  return found;
}

/** Of the keys those that have such a request, by what a Telemetry asks for; there may be many others. */
function keysOf(
  traffic: Pick<TrafficReader, "keys">,
  requests: Iterable<RequestRecord>,
): ReadonlyMap<string, ReadonlyMap<string, TrafficKey>> {
  const texts = new Set<string>();
  const services = new Set<string>();
  for (const request of requests) {
    texts.add(textOf(request));
    services.add(request.destinationService);
  }
  const keys = new Map<string, Map<string, TrafficKey>>();
  for (const key of traffic.keys()) {
    if (!services.has(key.destinationService)) continue;
    const text = textOf(key);
    if (texts.has(text)) keys.set(text, (keys.get(text) ?? new Map<string, TrafficKey>()).set(key.tags, key));
  }
  return keys;
}

/** Undefined where series differ by what a Telemetry asks for: a kept request does not say what it had of that. */
function labelsIn(
  { labels }: TrafficFamily,
  byTags: ReadonlyMap<string, TrafficKey> = new Map(),
): Readonly<Record<string, string>> | undefined {
  const found = new Map<string, Readonly<Record<string, string>>>();
  for (const key of byTags.values()) {
    const own = labels(key);
    if (own !== undefined) found.set(textOfLabels(seriesLabels(Object.entries(own))), own);
  }
  return found.size === 1 ? [...found.values()][0] : undefined;
}
