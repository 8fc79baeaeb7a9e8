import { parseRequestFilter } from "#core/telemetry/request-filter.ts";
import type { QueryApi } from "#server/prometheus/query-api.ts";
import type { RunningTelemetry } from "#server/telemetry/start-telemetry.ts";

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** What a person asks of a time, here and of a Prometheus that has the same series; no `peer`: it knows nothing of it. */
export interface Question {
  readonly name: string;
  readonly ask: (range: Span) => Promise<unknown>;
  readonly peer?: (range: Span) => Promise<unknown>;
}

export interface Asked {
  readonly store: RunningTelemetry;
  readonly api: QueryApi;
  /** Of the Prometheus. */
  readonly url: string;
  /** A service that many call. */
  readonly host: string;
}

const POINTS = 60;
const LABELS =
  "source_workload, source_workload_namespace, destination_workload, destination_workload_namespace, destination_service_name, response_code, response_flags";

const stepMsOf = ({ startMs, endMs }: Span): number =>
  Math.max(10_000, Math.ceil((endMs - startMs) / POINTS / 10_000) * 10_000);

async function askPrometheus(url: string, path: string, params: Record<string, string>): Promise<string> {
  const answer = await fetch(`${url}${path}`, { method: "POST", body: new URLSearchParams(params) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`prometheus: ${text.slice(0, 300)}`);
  return text;
}

/** Parameters of a range query; a rate looks back for two steps, and five minutes at least. */
function rangeOf(range: Span, expression: (lookback: string) => string): Record<string, string> {
  const stepMs = stepMsOf(range);
  const query = expression(`${Math.max(300, (2 * stepMs) / 1000)}s`);
  return { query, start: String(range.startMs / 1000), end: String(range.endMs / 1000), step: String(stepMs / 1000) };
}

export function askPromql({ api, url }: Asked, range: Span, expression: (lookback: string) => string) {
  const params = rangeOf(range, expression);
  return {
    async ask(): Promise<string> {
      const { status, body } = await api.answer("/api/v1/query_range", new URLSearchParams(params), {
        isGone: () => false,
        account: "bench",
      });
      if (status !== 200) throw new Error(body.slice(0, 300));
      return body;
    },
    peer: () => askPrometheus(url, "/api/v1/query_range", params),
  };
}

export const RATES = (lookback: string): string =>
  `sum by (destination_workload) (rate(istio_requests_total{reporter="destination"}[${lookback}]))`;
const P95 = (lookback: string): string =>
  `histogram_quantile(0.95, sum by (destination_workload, le) (rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[${lookback}])))`;

export function questionsOf(asked: Asked): readonly Question[] {
  const { store, url, host } = asked;
  const where = parseRequestFilter("code:503").conditions;
  const seconds = ({ startMs, endMs }: Span): string => `${(endMs - startMs) / 1000}s`;
  const [service = "", namespace = ""] = host.split(".");
  const ofHost = `reporter="destination",destination_service_name="${service}",destination_service_namespace="${namespace}"`;
  return [
    {
      name: "graph",
      ask: (range) => store.queries.graph({ ...range, view: "workload" }),
      // As Kiali asks: once for each reporter, and for the times of edges.
      peer: (range) =>
        Promise.all([
          ...["source", "destination"].map((reporter) =>
            askPrometheus(url, "/api/v1/query", {
              query: `sum by (${LABELS}) (rate(istio_requests_total{reporter="${reporter}"}[${seconds(range)}])) > 0`,
              time: String(range.endMs / 1000),
            }),
          ),
          askPrometheus(url, "/api/v1/query", {
            query: `histogram_quantile(0.95, sum by (le, ${LABELS}) (rate(istio_request_duration_milliseconds_bucket{reporter="destination"}[${seconds(range)}])))`,
            time: String(range.endMs / 1000),
          }),
        ]),
    },
    {
      name: "charts of a service",
      ask: (range) => store.queries.metrics({ ...range, host, stepMs: stepMsOf(range) }),
      peer: (range) =>
        Promise.all([
          askPromql(
            asked,
            range,
            (back) => `sum by (response_code) (rate(istio_requests_total{${ofHost}}[${back}]))`,
          ).peer(),
          ...[0.5, 0.95, 0.99].map((share) =>
            askPromql(
              asked,
              range,
              (back) =>
                `histogram_quantile(${share}, sum by (le) (rate(istio_request_duration_milliseconds_bucket{${ofHost}}[${back}])))`,
            ).peer(),
          ),
        ]),
    },
    {
      name: "requests, the newest 100 failed",
      ask: ({ startMs, endMs }) => store.queries.kept.list({ fromMs: startMs, toMs: endMs, where, limit: 100 }),
    },
    {
      name: "requests, what the failed have in common",
      ask: ({ startMs, endMs }) =>
        store.queries.kept.facets({ fromMs: startMs, toMs: endMs, where }, ["service", "path"], 20),
    },
    {
      name: "PromQL, rates by workload",
      ask: (range) => askPromql(asked, range, RATES).ask(),
      peer: (range) => askPromql(asked, range, RATES).peer(),
    },
    {
      name: "PromQL, p95 by workload",
      ask: (range) => askPromql(asked, range, P95).ask(),
      peer: (range) => askPromql(asked, range, P95).peer(),
    },
  ];
}
