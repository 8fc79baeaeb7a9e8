import { PharosError } from "#core/errors.ts";
import { toJaeger } from "#core/telemetry/jaeger-trace.ts";
import { toOtlp } from "#core/telemetry/otlp-trace.ts";
import type { Trace } from "#core/telemetry/trace.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { readJaegerQuery } from "#server/http/read-jaeger-query.ts";
import { namesFrom, parseTraceId, type TraceApiOptions, type TraceReply, traceApi } from "#server/http/trace-api.ts";
import type { TraceLookup } from "#server/telemetry/query/trace-lookup.ts";

export interface JaegerOptions {
  readonly lookup: Pick<TraceLookup, "services" | "operations" | "trace" | "search">;
  /** Who called whom, how often, in a time. */
  readonly calls: (startMs: number, endMs: number) => Promise<readonly JaegerCalls[]>;
  readonly auth: TraceApiOptions["auth"];
  readonly now: () => number;
}

export interface JaegerCalls {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
}

const PREFIX = "/jaeger";
const DAY_MS = 24 * 3_600_000;

/** Jaeger's query API, which Grafana and Kiali ask: its JSON at `/api`, OTLP's at `/api/v3`. */
export function mountJaeger({ lookup, calls, auth, now }: JaegerOptions): HttpHandler {
  async function search(query: URLSearchParams): Promise<readonly Trace[]> {
    const ids = query.getAll("traceID");
    if (ids.length > 0)
      return (await Promise.all(ids.slice(0, 50).map((id) => lookup.trace(parseTraceId(id))))).flatMap((t) => t ?? []);
    const { exactly, ...asked } = readJaegerQuery(query, now());
    const found = await lookup.search(asked);
    if (exactly === undefined) return found;
    return found.filter(({ spans }) => spans.some(({ operation }) => operation === exactly));
  }

  async function find(id: string): Promise<Trace> {
    const trace = await lookup.trace(parseTraceId(id));
    if (trace === undefined) throw new PharosError("not-found", "trace not found");
    return trace;
  }

  async function answer(path: string, query: URLSearchParams): Promise<unknown> {
    const [, version, noun = "", name, more] = /^\/api(\/v3)?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    if (version !== undefined) return answerV3(noun, name, query);
    if (noun === "services" && name === undefined) return list(await lookup.services(namesFrom(now())));
    if (noun === "services" && name !== undefined && more === "operations")
      return list([
        ...new Set((await lookup.operations(decodeURIComponent(name), namesFrom(now()))).map((each) => each.name)),
      ]);
    if (noun === "operations") {
      const operations = await lookup.operations(query.get("service") ?? "", namesFrom(now()));
      const kind = query.get("spanKind") ?? "";
      return list(
        operations
          .filter((each) => kind === "" || each.kind === kind)
          .map((each) => ({ name: each.name, spanKind: each.kind })),
      );
    }
    if (noun === "traces" && name !== undefined) return list([toJaeger(await find(name))]);
    if (noun === "traces") return list((await search(query)).map(toJaeger));
    if (noun === "dependencies") {
      const endMs = Number(query.get("endTs") ?? now());
      const lookbackMs = Number(query.get("lookback") ?? DAY_MS);
      if (!(endMs > 0 && lookbackMs > 0)) throw new PharosError("invalid", "endTs, lookback: milliseconds");
      return list(await calls(endMs - lookbackMs, endMs));
    }
    throw new PharosError("not-found", `nothing is served at ${PREFIX}${path}`);
  }

  async function answerV3(noun: string, name: string | undefined, query: URLSearchParams): Promise<unknown> {
    if (noun === "services") return { services: await lookup.services(namesFrom(now())) };
    if (noun === "operations") {
      const operations = await lookup.operations(query.get("service") ?? "", namesFrom(now()));
      return { operations: operations.map((each) => ({ name: each.name, spanKind: each.kind })) };
    }
    if (noun === "traces" && name !== undefined) return { result: toOtlp(await find(name)) };
    if (noun !== "traces") throw new PharosError("not-found", `nothing is served at ${PREFIX}/api/v3/${noun}`);
    const found = await search(fromV3(query));
    return { result: { resourceSpans: found.flatMap((trace) => toOtlp(trace).resourceSpans) } };
  }

  return traceApi({
    prefix: PREFIX,
    auth,
    answer: async (path, query) => json(await answer(path, query)),
    fault: (status, message, path) =>
      path.startsWith("/api/v3/")
        ? json({ error: { httpCode: status, message } })
        : json({ ...list(null), errors: [{ code: status, msg: message }] }),
  });
}

function json(value: unknown): TraceReply {
  return { type: "application/json", body: JSON.stringify(value) };
}

function list<T>(data: readonly T[] | null) {
  return { data, total: data?.length ?? 0, limit: 0, offset: 0, errors: null };
}

/** `query.service_name` and the rest, with times in RFC 3339, by the names of the older API. */
function fromV3(query: URLSearchParams): URLSearchParams {
  const older = new URLSearchParams();
  const names = {
    "query.service_name": "service",
    "query.operation_name": "operation",
    "query.attributes": "tags",
    "query.duration_min": "minDuration",
    "query.duration_max": "maxDuration",
    "query.search_depth": "limit",
    "query.num_traces": "limit",
  } as const;
  for (const [name, to] of Object.entries(names)) {
    const value = query.get(name);
    if (value !== null) older.set(to, value);
  }
  for (const [name, to] of [
    ["query.start_time_min", "start"],
    ["query.start_time_max", "end"],
  ] as const) {
    const text = query.get(name);
    if (text === null) continue;
    const atMs = Date.parse(text);
    if (Number.isNaN(atMs))
      throw new PharosError("invalid", `${name}: ${JSON.stringify(text.slice(0, 100))} is no time of RFC 3339`);
    older.set(to, String(atMs * 1000));
  }
  return older;
}
