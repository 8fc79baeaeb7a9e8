import { BUCKET_COUNT, DURATION_BUCKETS_MS } from "#core/telemetry/buckets.ts";
import type { TrafficKey } from "#core/telemetry/traffic.ts";
import type { StampedWindow } from "#server/telemetry/stamp-report.ts";

interface Counter {
  readonly protocol: TrafficKey["protocol"];
  readonly labels: string;
  count: number;
  requestBytes: number;
  responseBytes: number;
  durationSumMs: number;
  readonly buckets: Float64Array;
}

/** Istio's standard metrics from what was stored since the start: counters that only grow. */
export class StandardMetrics {
  /** Several keys of the store may share their labels: what Istio has no label for is summed. */
  readonly #byLabels = new Map<string, Counter>();
  readonly #byKey = new Map<number, Counter>();

  add(id: number, window: StampedWindow): void {
    const counter = this.#byKey.get(id) ?? this.#open(id, window.key);
    counter.count += window.count;
    counter.requestBytes += window.requestBytes;
    counter.responseBytes += window.responseBytes;
    counter.durationSumMs += window.durationSumMs;
    for (let index = 0; index < BUCKET_COUNT; index += 1)
      counter.buckets[index] = (counter.buckets[index] ?? 0) + (window.buckets[index] ?? 0);
  }

  /** Forgets keys that retention took away; a series goes with the last of its keys. */
  drop(ids: Iterable<number>): void {
    for (const id of ids) this.#byKey.delete(id);
    const left = new Set(this.#byKey.values());
    for (const [labels, counter] of this.#byLabels) if (!left.has(counter)) this.#byLabels.delete(labels);
  }

  #open(id: number, key: TrafficKey): Counter {
    const labels = labelsOf(key);
    const counter = this.#byLabels.get(labels) ?? {
      protocol: key.protocol,
      labels,
      count: 0,
      requestBytes: 0,
      responseBytes: 0,
      durationSumMs: 0,
      buckets: new Float64Array(BUCKET_COUNT),
    };
    this.#byLabels.set(labels, counter);
    this.#byKey.set(id, counter);
    return counter;
  }

  /** Prometheus text exposition format 0.0.4. */
  text(): string {
    const requests = [...this.#byLabels.values()].filter(({ protocol }) => protocol !== "tcp");
    const connections = [...this.#byLabels.values()].filter(({ protocol }) => protocol === "tcp");
    return [
      counterText("istio_requests_total", "Requests that ended.", requests, ({ count }) => count),
      histogramText("istio_request_duration_milliseconds", "How long requests took.", requests),
      sumText("istio_request_bytes", "Sizes of requests' bodies.", requests, ({ requestBytes }) => requestBytes),
      sumText("istio_response_bytes", "Sizes of responses' bodies.", requests, ({ responseBytes }) => responseBytes),
      counterText(
        "istio_tcp_connections_closed_total",
        "TCP connections that ended.",
        connections,
        ({ count }) => count,
      ),
      counterText(
        "istio_tcp_received_bytes_total",
        "Bytes that came from callers.",
        connections,
        ({ requestBytes }) => requestBytes,
      ),
      counterText(
        "istio_tcp_sent_bytes_total",
        "Bytes that went to callers.",
        connections,
        ({ responseBytes }) => responseBytes,
      ),
    ].join("");
  }
}

function counterText(
  name: string,
  help: string,
  counters: readonly Counter[],
  figureOf: (counter: Counter) => number,
): string {
  if (counters.length === 0) return "";
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${counters.map((counter) => `${name}{${counter.labels}} ${figureOf(counter)}\n`).join("")}`;
}

function histogramText(name: string, help: string, counters: readonly Counter[]): string {
  if (counters.length === 0) return "";
  const lines = counters.flatMap(({ labels, buckets, durationSumMs, count }) => {
    let below = 0;
    const bounded = DURATION_BUCKETS_MS.map((bound, index) => {
      below += buckets[index] ?? 0;
      return `${name}_bucket{${labels},le="${bound}"} ${below}\n`;
    });
    return [
      ...bounded,
      `${name}_bucket{${labels},le="+Inf"} ${count}\n`,
      `${name}_sum{${labels}} ${durationSumMs}\n`,
      `${name}_count{${labels}} ${count}\n`,
    ];
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${lines.join("")}`;
}

/** Sizes are known as sums only: one bucket holds them all. */
function sumText(
  name: string,
  help: string,
  counters: readonly Counter[],
  sumOf: (counter: Counter) => number,
): string {
  if (counters.length === 0) return "";
  const lines = counters.map((counter) => {
    const { labels } = counter;
    return `${name}_bucket{${labels},le="+Inf"} ${counter.count}\n${name}_sum{${labels}} ${sumOf(counter)}\n${name}_count{${labels}} ${counter.count}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} histogram\n${lines.join("")}`;
}

function labelsOf(key: TrafficKey): string {
  const [serviceName = key.destinationService, serviceNamespace = key.destinationNamespace] =
    key.destinationService.split(".");
  const labels: Record<string, string> = {
    reporter: key.reporter,
    source_workload: key.sourceWorkload,
    source_workload_namespace: key.sourceNamespace,
    source_principal: key.sourcePrincipal,
    source_app: key.sourceApp,
    source_version: key.sourceVersion,
    source_canonical_service: key.sourceApp,
    source_canonical_revision: key.sourceVersion,
    source_cluster: "Kubernetes",
    destination_workload: key.destinationWorkload,
    destination_workload_namespace: key.destinationNamespace,
    destination_principal: key.destinationPrincipal,
    destination_app: key.destinationApp,
    destination_version: key.destinationVersion,
    destination_canonical_service: key.destinationApp,
    destination_canonical_revision: key.destinationVersion,
    destination_cluster: "Kubernetes",
    destination_service: key.destinationService,
    destination_service_name: serviceName,
    destination_service_namespace: serviceNamespace,
    request_protocol: key.protocol,
    ...(key.protocol === "tcp"
      ? {}
      : { response_code: String(key.responseCode), grpc_response_status: key.grpcStatus }),
    response_flags: key.responseFlags,
    connection_security_policy: key.security,
  };
  return Object.entries(labels)
    .map(
      ([name, value]) => `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
    )
    .join(",");
}
