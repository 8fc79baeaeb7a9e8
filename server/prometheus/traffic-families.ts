import { METRIC_FAMILIES, type MetricName } from "#core/resolve/exported-metrics.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { type HistogramName, outcomeOf } from "#core/telemetry/traffic.ts";
import type { Figures } from "#server/telemetry/query/series-book.ts";
import { labelRecord } from "#server/telemetry/query/standard-labels.ts";

type SumName = "count" | "opened" | "durationSumMs" | "requestBytes" | "responseBytes";

/** A metric that is made of what was counted. */
export interface TrafficFamily {
  readonly name: string;
  readonly help: string;
  readonly figure: SumName & keyof Figures;
  /** Of histograms: which. */
  readonly histogram?: HistogramName & keyof Figures;
  /** What a value is divided by: 1000 where ms are told in seconds. */
  readonly unit: number;
  /** Labels of a key's series; undefined where it is not counted here. */
  readonly labels: (key: TrafficKey) => Readonly<Record<string, string>> | undefined;
}

export type RelabelMetric = (metric: MetricName, key: TrafficKey) => Readonly<Record<string, string>> | undefined;

const isFailed = (key: TrafficKey): boolean => {
  const outcome = outcomeOf(key);
  return outcome !== "ok" && outcome !== "client-error" && outcome !== "denied";
};

/** Istio's own, as `/metrics` shows them. */
function standard(
  metric: MetricName,
  family: Pick<TrafficFamily, "help" | "figure" | "histogram">,
  relabel: RelabelMetric,
): TrafficFamily {
  const isTcp = metric.startsWith("TCP_");
  return {
    ...family,
    name: METRIC_FAMILIES[metric],
    unit: 1,
    labels: (key) => ((key.protocol === "tcp") === isTcp ? relabel(metric, key) : undefined),
  };
}

/** Who called whom, in the words of Grafana's service graph. */
function pairOf({ sourceApp, sourceWorkload, destinationApp, destinationService }: TrafficKey): Record<string, string> {
  const client = sourceApp !== "unknown" ? sourceApp : sourceWorkload !== "unknown" ? sourceWorkload : "user";
  const server =
    destinationApp !== "unknown" ? destinationApp : (destinationService.split(".")[0] ?? destinationService);
  return { client, server, connection_type: "" };
}

/** A request that both ends told of is one: the caller's, or the called end's where the caller has no proxy. */
const isTold = (key: TrafficKey): boolean =>
  key.protocol !== "tcp" &&
  (key.reporter === "source" || (key.reporter === "destination" && key.sourceWorkload === "unknown"));
const isServer = (key: TrafficKey): boolean => key.protocol !== "tcp" && key.reporter === "destination";
const isClient = (key: TrafficKey): boolean => key.protocol !== "tcp" && key.reporter === "source";

function spanOf(key: TrafficKey): Record<string, string> | undefined {
  if (!isServer(key)) return undefined;
  return {
    service: pairOf(key).server ?? "",
    span_name: key.destinationService,
    span_kind: "SPAN_KIND_SERVER",
    status_code: isFailed(key) ? "STATUS_CODE_ERROR" : "STATUS_CODE_UNSET",
  };
}

/** Every metric that is made of windows. `relabel`: labels of Istio's metrics as the configuration has them; undefined where one is not shown. */
export function trafficFamilies(relabel: RelabelMetric): readonly TrafficFamily[] {
  const seconds = { figure: "durationSumMs", histogram: "durations", unit: 1000 } as const;
  return [
    standard("REQUEST_COUNT", { help: "Requests that ended.", figure: "count" }, relabel),
    standard(
      "REQUEST_DURATION",
      { help: "How long requests took.", figure: "durationSumMs", histogram: "durations" },
      relabel,
    ),
    standard(
      "REQUEST_SIZE",
      { help: "Sizes of requests' bodies.", figure: "requestBytes", histogram: "requestSizes" },
      relabel,
    ),
    standard(
      "RESPONSE_SIZE",
      { help: "Sizes of responses' bodies.", figure: "responseBytes", histogram: "responseSizes" },
      relabel,
    ),
    standard("TCP_OPENED_CONNECTIONS", { help: "TCP connections that began.", figure: "opened" }, relabel),
    standard("TCP_CLOSED_CONNECTIONS", { help: "TCP connections that ended.", figure: "count" }, relabel),
    standard("TCP_RECEIVED_BYTES", { help: "Bytes that came from callers.", figure: "requestBytes" }, relabel),
    standard("TCP_SENT_BYTES", { help: "Bytes that went to callers.", figure: "responseBytes" }, relabel),
    {
      name: "traces_service_graph_request_total",
      help: "Requests between two services.",
      figure: "count",
      unit: 1,
      labels: (key) => (isTold(key) ? pairOf(key) : undefined),
    },
    {
      name: "traces_service_graph_request_failed_total",
      help: "Requests between two services that failed.",
      figure: "count",
      unit: 1,
      labels: (key) => (isTold(key) && isFailed(key) ? pairOf(key) : undefined),
    },
    {
      name: "traces_service_graph_request_server_seconds",
      help: "How long requests took, as the called end saw it.",
      ...seconds,
      labels: (key) => (isServer(key) ? pairOf(key) : undefined),
    },
    {
      name: "traces_service_graph_request_client_seconds",
      help: "How long requests took, as the caller saw it.",
      ...seconds,
      labels: (key) => (isClient(key) ? pairOf(key) : undefined),
    },
    {
      name: "traces_spanmetrics_calls_total",
      help: "Requests that a service answered.",
      figure: "count",
      unit: 1,
      labels: spanOf,
    },
    { name: "traces_spanmetrics_latency", help: "How long a service took to answer.", ...seconds, labels: spanOf },
  ];
}

/** Labels of Istio's metrics where nothing is said of them. */
export const asCounted: RelabelMetric = (_, key) => labelRecord(key);
