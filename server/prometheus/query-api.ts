import { PharosError } from "#core/errors.ts";
import type { Expr } from "#core/promql/expr.ts";
import { apiNumber } from "#core/promql/literals.ts";
import { Meter, type MeterOptions } from "#core/promql/meter.ts";
import { parseExpr } from "#core/promql/parse-expr.ts";
import { PromqlError, type PromqlErrorType } from "#core/promql/promql-error.ts";
import { type QueryOptions, type QueryResult, queryInstant, queryRange } from "#core/promql/run-query.ts";
import { METRIC_NAME, type SeriesLabels } from "#core/promql/series-labels.ts";
import { Answer, exemplarsText, metricText, resultText } from "#server/prometheus/answer-text.ts";
import type { ExemplarSeries } from "#server/prometheus/exemplars.ts";
import { QueryLanes, SAMPLES_MAX } from "#server/prometheus/query-lanes.ts";
import { ANY, badParameter, readDuration, readLimit, readSelectors, readTime } from "#server/prometheus/read-params.ts";
import { type AlertingView, alertmanagersText, alertsText, rulesText } from "#server/prometheus/rules-answer.ts";
import type { SeriesCatalog } from "#server/prometheus/series-catalog.ts";

export interface QueryApiOptions {
  readonly catalog: SeriesCatalog;
  readonly now: () => number;
  readonly startedMs: number;
  readonly version: string;
  readonly alerting: AlertingView;
  readonly exemplars: (
    expr: Expr,
    range: { readonly startMs: number; readonly endMs: number },
    meter: Meter,
  ) => Promise<readonly ExemplarSeries[]>;
  /** As Prometheus writes a retention: "30d". */
  readonly retention: string;
}

/** What bounds one question beside its own words. */
export interface Asking {
  readonly isGone: () => boolean;
  /** Who asks: those that wait have their turns account by account. */
  readonly account: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly type: "application/json" | "text/plain; version=0.0.4; charset=utf-8";
  readonly body: string;
}

const JSON_TYPE = "application/json";
const TIMEOUT_MS = 60_000;
const LOOKBACK_MS = 300_000;
/** Series that are listed between two pauses. */
const SERIES_PER_TURN = 5000;

const STATUS: Readonly<Record<PromqlErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  canceled: 499,
};

/** Prometheus' HTTP API, `/api/v1/…` and `/federate`, over series from anywhere. */
export class QueryApi {
  readonly #options: QueryApiOptions;
  readonly #lanes = new QueryLanes();

  constructor(options: QueryApiOptions) {
    this.#options = options;
  }

  /** `path` begins with the slash after `/prometheus`. */
  async answer(path: string, params: URLSearchParams, asking: Asking): Promise<ApiAnswer> {
    try {
      if (path === "/federate")
        return {
          status: 200,
          type: "text/plain; version=0.0.4; charset=utf-8",
          body: await this.#metered(params, asking, (meter) => this.#federate(params, meter)),
        };
      const data = await this.#data(path, params, asking);
      if (data === undefined)
        return { status: 404, type: JSON_TYPE, body: errorText("not_found", `nothing is served at ${path}`) };
      return { status: 200, type: JSON_TYPE, body: `{"status":"success","data":${data}}` };
    } catch (error) {
      const { type, message } = toPromqlError(error);
      return { status: STATUS[type], type: JSON_TYPE, body: errorText(type, message) };
    }
  }

  async #data(path: string, params: URLSearchParams, asking: Asking): Promise<string | undefined> {
    const { catalog, now, startedMs, version, retention } = this.#options;
    const label = /^\/api\/v1\/label\/([^/]+)\/values$/.exec(path)?.[1];
    if (label !== undefined) {
      const name = decodeURIComponent(label);
      return this.#list(params, asking, (labels) => [labels.get(name) ?? ""]);
    }
    switch (path) {
      case "/api/v1/query": {
        const at = readTime(params, "time", now());
        return this.#query(params, asking, (text, options) => queryInstant(text, at, options));
      }
      case "/api/v1/query_range": {
        const range = {
          startMs: readTime(params, "start"),
          endMs: readTime(params, "end"),
          stepMs: readDuration(params, "step"),
        };
        if (range.endMs < range.startMs) throw badParameter("end", "end timestamp must not be before start time");
        if (range.stepMs <= 0)
          throw badParameter(
            "step",
            "zero or negative query resolution step widths are not accepted. Try a positive integer",
          );
        return this.#query(params, asking, (text, options) => queryRange(text, range, options));
      }
      case "/api/v1/labels":
        return this.#list(params, asking, (labels) => labels.keys());
      case "/api/v1/series": {
        const selectors = readSelectors(params);
        if (selectors.length === 0) throw new PromqlError("bad_data", "no match[] parameter provided");
        return this.#metered(params, asking, async (meter) => {
          const answer = new Answer(meter);
          const limit = readLimit(params);
          for await (const labels of this.#series(params, meter)) {
            if (answer.size >= limit) break;
            await answer.add(metricText(labels));
          }
          return `[${answer.text}]`;
        });
      }
      case "/api/v1/metadata":
        return this.#metadata(params);
      case "/api/v1/format_query": {
        const query = params.get("query") ?? "";
        parse(query);
        return JSON.stringify(query.trim());
      }
      case "/api/v1/query_exemplars": {
        const range = { startMs: readTime(params, "start"), endMs: readTime(params, "end") };
        if (range.endMs < range.startMs) throw badParameter("end", "end timestamp must not be before start time");
        const expr = parse(params.get("query") ?? "");
        return this.#metered(params, asking, async (meter) =>
          exemplarsText(await this.#options.exemplars(expr, range, meter), meter),
        );
      }
      case "/api/v1/targets/metadata":
      case "/api/v1/notifications":
        return "[]";
      case "/api/v1/rules":
        return rulesText(this.#options.alerting, params);
      case "/api/v1/alerts":
        return alertsText(this.#options.alerting);
      case "/api/v1/targets":
        return '{"activeTargets":[],"droppedTargets":[]}';
      case "/api/v1/alertmanagers":
        return alertmanagersText(this.#options.alerting);
      // No features: what has some is taken for Mimir, and asked for its ruler.
      case "/api/v1/status/buildinfo":
        return JSON.stringify({
          version: "3.0.0",
          revision: version,
          branch: "pharos",
          features: {},
          buildUser: "",
          buildDate: "",
          goVersion: "",
        });
      case "/api/v1/status/config":
        return JSON.stringify({ yaml: "global:\n  scrape_interval: 10s\n  evaluation_interval: 30s\n" });
      case "/api/v1/status/flags":
        return JSON.stringify({
          "query.lookback-delta": "5m",
          "query.max-samples": String(SAMPLES_MAX),
          "query.timeout": `${TIMEOUT_MS / 1000}s`,
        });
      case "/api/v1/status/runtimeinfo":
        return JSON.stringify({
          startTime: new Date(startedMs).toISOString(),
          storageRetention: retention,
          reloadConfigSuccess: true,
        });
      case "/api/v1/status/tsdb": {
        const names = new Map<string, number>();
        for (const labels of catalog.list(ANY)) count(names, labels.get(METRIC_NAME) ?? "");
        const most = [...names].sort((a, b) => b[1] - a[1]).slice(0, 10);
        const numSeries = [...names.values()].reduce((sum, each) => sum + each, 0);
        return JSON.stringify({
          headStats: { numSeries, numLabelPairs: 0, chunkCount: 0, minTime: 0, maxTime: now() },
          seriesCountByMetricName: most.map(([name, value]) => ({ name, value })),
          labelValueCountByLabelName: [],
          memoryInBytesByLabelName: [],
          seriesCountByLabelValuePair: [],
        });
      }
      default:
        return undefined;
    }
  }

  #query(
    params: URLSearchParams,
    asking: Asking,
    ask: (text: string, options: QueryOptions) => Promise<QueryResult>,
  ): Promise<string> {
    const text = params.get("query") ?? "";
    parse(text);
    return this.#metered(params, asking, async (meter, options) =>
      resultText(await ask(text, { source: this.#options.catalog, ...options }), meter),
    );
  }

  /** So many beside each other, and none for longer than its time. */
  async #metered<T>(
    params: URLSearchParams,
    { isGone, account }: Asking,
    work: (meter: Meter, options: MeterOptions) => Promise<T>,
  ): Promise<T> {
    const { now } = this.#options;
    const timeoutMs = params.has("timeout") ? Math.min(TIMEOUT_MS, readDuration(params, "timeout")) : TIMEOUT_MS;
    const deadline = now() + timeoutMs;
    const bounds: Omit<MeterOptions, "pointsMax"> = {
      isOver: () => (isGone() ? "canceled" : now() > deadline ? "timeout" : undefined),
      pause: () => new Promise((done) => setImmediate(done)),
    };
    return this.#lanes.run(account, (pointsMax) => {
      const meter = new Meter({ ...bounds, pointsMax });
      // Nobody may wait for it any more, now that it has its turn.
      meter.check();
      return work(meter, { ...bounds, pointsMax });
    });
  }

  async *#series(params: URLSearchParams, meter: Meter): AsyncGenerator<SeriesLabels, void, undefined> {
    const selectors = readSelectors(params);
    const known = new Set<SeriesLabels>();
    let turn = 0;
    for (const matchers of selectors.length === 0 ? [ANY] : selectors) {
      await meter.rest();
      for (const labels of this.#options.catalog.list(matchers)) {
        turn += 1;
        if (turn % SERIES_PER_TURN === 0) await meter.rest();
        if (selectors.length > 1) {
          if (known.has(labels)) continue;
          known.add(labels);
        }
        yield labels;
      }
    }
  }

  /** Names or values, each once and in order. */
  async #list(
    params: URLSearchParams,
    asking: Asking,
    of: (labels: SeriesLabels) => Iterable<string>,
  ): Promise<string> {
    readTime(params, "start", 0);
    readTime(params, "end", 0);
    const found = new Set<string>();
    await this.#metered(params, asking, async (meter) => {
      for await (const labels of this.#series(params, meter)) for (const text of of(labels)) found.add(text);
    });
    found.delete("");
    return JSON.stringify([...found].sort().slice(0, readLimit(params)));
  }

  #metadata(params: URLSearchParams): string {
    const metric = params.get("metric");
    const limit = readLimit(params);
    const found: Record<string, readonly object[]> = {};
    let size = 0;
    for (const [name, { type, help }] of this.#options.catalog.metadata()) {
      if ((metric !== null && metric !== "" && name !== metric) || size >= limit) continue;
      found[name] = [{ type, help, unit: "" }];
      size += 1;
    }
    return JSON.stringify(found);
  }

  /** The newest sample of each series, as a scraper reads it. */
  async #federate(params: URLSearchParams, meter: Meter): Promise<string> {
    const { catalog, now } = this.#options;
    const nowMs = now();
    const answer = new Answer(meter);
    const told = new Set<string>();
    for (const matchers of readSelectors(params)) {
      await meter.rest();
      for (const { labels, timesMs, values, stale } of await catalog.select({
        matchers,
        fromMs: nowMs - LOOKBACK_MS,
        toMs: nowMs,
        stepMs: 1,
        rangeMs: 0,
        samplesMax: meter.left,
      })) {
        meter.hold(timesMs.length);
        const last = timesMs.length - 1;
        if (last < 0 || stale?.[last] === 1) continue;
        const name = labels.get(METRIC_NAME) ?? "";
        const rest = [...labels].filter(([label]) => label !== METRIC_NAME);
        const braces = rest.map(
          ([label, value]) =>
            `${label}="${value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')}"`,
        );
        const line = `${name}{${braces.join(",")}} ${apiNumber(values[last] ?? Number.NaN)} ${timesMs[last]}\n`;
        if (told.has(line)) continue;
        told.add(line);
        await answer.add(line);
      }
    }
    return answer.sorted;
  }
}

/** What the store answers where a question is more than it takes is the question's fault. */
function toPromqlError(error: unknown): PromqlError {
  if (error instanceof PromqlError) return error;
  const known = PharosError.from(error);
  if (known.code === "exhausted") return new PromqlError("execution", known.toString());
  if (known.code === "timeout" || known.code === "unavailable") return new PromqlError("timeout", known.toString());
  throw error;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function parse(query: string): Expr {
  try {
    return parseExpr(query);
  } catch (error) {
    if (error instanceof PromqlError) throw badParameter("query", error.message);
    throw error;
  }
}

function errorText(errorType: string, error: string): string {
  return JSON.stringify({ status: "error", errorType, error });
}
