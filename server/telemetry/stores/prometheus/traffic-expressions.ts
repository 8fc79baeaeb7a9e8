import { METRIC_FAMILIES, type MetricName } from "#core/resolve/exported-metrics.ts";
import { DIMENSION_NAMES, DIMENSIONS, type DimensionName, type TrafficKey } from "#core/telemetry/dimensions.ts";
import type { HistogramName } from "#core/telemetry/traffic.ts";
import type { LabelFilter } from "#server/telemetry/ports/traffic-reader.ts";
import { isWord } from "#server/telemetry/stores/prometheus/key-of-labels.ts";

/** What a row adds up. */
export type SumName = "count" | "opened" | "durationSumMs" | "requestBytes" | "responseBytes";

interface Family {
  readonly metric: string;
  readonly sum: SumName;
}

const of = (name: MetricName, suffix = ""): string => `${METRIC_FAMILIES[name]}${suffix}`;

/** Istio's counters, and which sum each of them is. */
export const FAMILIES: readonly Family[] = [
  { metric: of("REQUEST_COUNT"), sum: "count" },
  { metric: of("REQUEST_DURATION", "_sum"), sum: "durationSumMs" },
  { metric: of("REQUEST_SIZE", "_sum"), sum: "requestBytes" },
  { metric: of("RESPONSE_SIZE", "_sum"), sum: "responseBytes" },
  { metric: of("TCP_OPENED_CONNECTIONS"), sum: "opened" },
  { metric: of("TCP_CLOSED_CONNECTIONS"), sum: "count" },
  { metric: of("TCP_RECEIVED_BYTES"), sum: "requestBytes" },
  { metric: of("TCP_SENT_BYTES"), sum: "responseBytes" },
];

export const BUCKETS: Readonly<Record<HistogramName, string>> = {
  durations: of("REQUEST_DURATION", "_bucket"),
  requestSizes: of("REQUEST_SIZE", "_bucket"),
  responseSizes: of("RESPONSE_SIZE", "_bucket"),
};

/** Labels that tell keys apart. */
const LABELS: readonly string[] = DIMENSION_NAMES.flatMap((name) => DIMENSIONS[name].labels);
/** So many services are named in a question; of more all are asked for, and those that are not meant left out here. */
const NAMED_MAX = 50;

/** By how much counters grew in the `seconds` before each moment, by the labels of keys; those that did not grow are left out. */
export function increaseOf(
  metric: string,
  seconds: number,
  matchers: string,
  { by = LABELS, le = false }: { readonly by?: readonly string[]; readonly le?: boolean } = {},
): string {
  return `sum by (${[...by, ...(le ? ["le"] : [])].join(", ")}) (increase(${metric}${matchers}[${seconds}s])) > 0`;
}

/** The label that a question by one of ours asks for; undefined for what Istio has none for. */
function labelOf(name: DimensionName): string | undefined {
  return DIMENSIONS[name].labels[0];
}

/** What of a filter can be said in a selector: it may leave more than is meant, and never less. */
export function matchersOf({ having = {}, among }: LabelFilter): string {
  const exact = (Object.entries(having) as [DimensionName, TrafficKey[DimensionName]][]).flatMap(([name, value]) => {
    const label = labelOf(name);
    // A label may be under another of its names, or be left out, where nobody can tell; one of few words is read from others too.
    if (label === undefined || DIMENSIONS[name].labels.length > 1 || value === DIMENSIONS[name].nobody || isWord(name))
      return [];
    return [`${label}=${JSON.stringify(String(value))}`];
  });
  const services = new Set(among?.map(({ destinationService }) => destinationService));
  const named =
    services.size === 0 || services.size > NAMED_MAX || services.has(DIMENSIONS.destinationService.nobody)
      ? []
      : [`destination_service=~${JSON.stringify([...services].map(quoted).join("|"))}`];
  const all = [...exact, ...named];
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
