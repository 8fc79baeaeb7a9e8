import { METRIC_NAME, type SeriesLabels, seriesLabels } from "#core/promql/series-labels.ts";
import { METRIC_FAMILIES } from "#core/resolve/exported-metrics.ts";

/** By these the server's series of itself are known, and Istio's dashboards of the control plane choose. */
export const OWN_LABELS = { app: "istiod", job: "pharos" } as const satisfies Record<string, string>;

const SUFFIXES = ["", "_bucket", "_sum", "_count"];
/** Made here of what agents count, or of what this server is. */
const MADE: ReadonlySet<string> = new Set(
  [
    ...Object.values(METRIC_FAMILIES),
    "istio_build",
    "traces_service_graph_request_total",
    "traces_service_graph_request_failed_total",
    "traces_service_graph_request_server_seconds",
    "traces_service_graph_request_client_seconds",
    "traces_spanmetrics_calls_total",
    "traces_spanmetrics_latency",
  ].flatMap((family) => SUFFIXES.map((suffix) => family + suffix)),
);

/** Why nobody else may tell of a metric, in words: in sums their series could not be told from the mesh's own. */
export function faultOfName(labels: SeriesLabels): string | undefined {
  const metric = labels.get(METRIC_NAME) ?? "";
  return MADE.has(metric)
    ? `${metric} is made here of what agents count: leave it out where it is sent (write_relabel_configs, action: drop)`
    : undefined;
}

/** What another tells, without the labels that the server's own are known by: `exported_job`, as where a Prometheus scrapes and does not honor labels. */
export function disown(labels: SeriesLabels): SeriesLabels {
  const claimed = Object.entries(OWN_LABELS).filter(([name, value]) => labels.get(name) === value);
  if (claimed.length === 0) return labels;
  const entries = new Map(labels);
  for (const [name, value] of claimed) {
    let renamed = name;
    while (entries.has(renamed)) renamed = `exported_${renamed}`;
    entries.delete(name);
    entries.set(renamed, value);
  }
  return seriesLabels(entries);
}
