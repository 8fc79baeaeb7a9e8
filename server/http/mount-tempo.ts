import { fromJson, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { PharosError } from "#core/errors.ts";
import { toOtlp } from "#core/telemetry/otlp-trace.ts";
import { SPAN_KINDS, SPAN_STATUSES } from "#core/telemetry/trace.ts";
import { parseField, parseTraceQl } from "#core/traceql/parse-traceql.ts";
import { type Field, INTRINSICS } from "#core/traceql/query.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { TracesDataSchema } from "#proto/gen/opentelemetry/proto/trace/v1/trace_pb.js";
import { durationMs } from "#server/http/read-jaeger-query.ts";
import { renderFound } from "#server/http/render-found.ts";
import { answerMetrics } from "#server/http/tempo-metrics.ts";
import { namesFrom, parseTraceId, type TraceApiOptions, type TraceReply, traceApi } from "#server/http/trace-api.ts";
import { encodeIds } from "#server/telemetry/ingest/otlp-json.ts";
import type { TraceLookup } from "#server/telemetry/query/trace-lookup.ts";

export interface TempoOptions {
  readonly lookup: TraceLookup;
  readonly auth: TraceApiOptions["auth"];
  readonly version: string;
  readonly now: () => number;
}

const PREFIX = "/tempo";
const HOUR_MS = 3_600_000;
const TRACES_MAX = 200;
const MESSAGE = 2;

const text = (body: string): TraceReply => ({ type: "text/plain; charset=utf-8", body });
const json = (value: unknown): TraceReply => ({ type: "application/json", body: JSON.stringify(value) });

/** Tempo's query API, which Grafana and Kiali ask: traces by id, TraceQL, and what to choose among. */
export function mountTempo({ lookup, auth, version, now }: TempoOptions): HttpHandler {
  async function answer(path: string, query: URLSearchParams, accept: string): Promise<TraceReply> {
    const fromMs = seconds(query, "start") ?? namesFrom(now());
    if (path === "/api/echo") return text("echo");
    if (path === "/ready") return text("ready\n");
    if (path === "/status" || path === "/status/services") return text("traces: Running\n");
    if (path === "/api/status/buildinfo")
      return json({ version, revision: "", branch: "", buildUser: "", buildDate: "", goVersion: "" });
    const [, second, id] = /^\/api\/(v2\/)?traces\/([^/]+)$/.exec(path) ?? [];
    if (id !== undefined) return trace(id, second !== undefined, accept);
    if (path === "/api/search") return search(query);
    const [, ranged] = /^\/api\/metrics\/query(_range)?$/.exec(path) ?? ["", "none"];
    if (ranged !== "none") return json(await answerMetrics(lookup, query, now(), ranged === undefined));
    const [, v2Tags] = /^\/api\/(v2\/)?search\/tags$/.exec(path) ?? ["", "none"];
    if (v2Tags !== "none") return tags(v2Tags !== undefined, query.get("scope") ?? "", fromMs);
    const [, v2Values, name] = /^\/api\/(v2\/)?search\/tag\/([^/]+)\/values$/.exec(path) ?? [];
    if (name !== undefined) return values(v2Values !== undefined, decodeURIComponent(name), fromMs);
    throw new PharosError("not-found", `nothing is served at ${PREFIX}${path}`);
  }

  async function trace(id: string, isSecond: boolean, accept: string): Promise<TraceReply> {
    const found = await lookup.trace(parseTraceId(id));
    if (found === undefined) throw new PharosError("not-found", "trace not found");
    const encoded = encodeIds(JSON.parse(JSON.stringify(toOtlp(found))));
    if (!/protobuf/.test(accept)) {
      if (isSecond) return json({ trace: encoded });
      return json({ batches: (encoded as { resourceSpans: unknown }).resourceSpans });
    }
    const bytes = toBinary(TracesDataSchema, fromJson(TracesDataSchema, encoded));
    // TraceByIDResponse has the trace in its first field.
    const body = isSecond ? new BinaryWriter().tag(1, MESSAGE).bytes(bytes).finish() : bytes;
    return { type: "application/protobuf", body };
  }

  async function search(query: URLSearchParams): Promise<TraceReply> {
    const toMs = seconds(query, "end") ?? now();
    const asked = parseTraceQl(query.get("q") || fromTags(query.get("tags") ?? ""));
    const found = await lookup.find(asked, {
      fromMs: seconds(query, "start") ?? toMs - HOUR_MS,
      toMs,
      minDurationMs: durationMs(query, "minDuration"),
      maxDurationMs: durationMs(query, "maxDuration"),
      limit: Math.min(TRACES_MAX, Math.max(1, Number(query.get("limit") ?? 20) || 20)),
    });
    const spansMax = Math.min(100, Math.max(1, Number(query.get("spss") ?? 3) || 3));
    return json({
      traces: found.map((each) => renderFound(asked, each, spansMax)),
      metrics: { inspectedTraces: found.length, completedJobs: 1, totalJobs: 1 },
    });
  }

  async function tags(isSecond: boolean, scope: string, fromMs: number): Promise<TraceReply> {
    const scopes: { name: string; tags: readonly string[] }[] = [];
    for (const name of ["resource", "span"] as const)
      if (scope === "" || scope === "none" || scope === name)
        scopes.push({ name, tags: await lookup.attributeNames(name, fromMs) });
    if (!isSecond) return json({ tagNames: [...new Set(scopes.flatMap((each) => each.tags))] });
    if (scope === "" || scope === "none" || scope === "intrinsic") scopes.push({ name: "intrinsic", tags: INTRINSICS });
    return json({ scopes, metrics: {} });
  }

  async function values(isSecond: boolean, name: string, fromMs: number): Promise<TraceReply> {
    const known = await valuesOf(name, isSecond, fromMs);
    return json({ tagValues: isSecond ? known : known.map(({ value }) => value), metrics: {} });
  }

  async function valuesOf(name: string, isSecond: boolean, fromMs: number) {
    const words = WORDS.get(name.replace(/^span:/, ""));
    if (words !== undefined) return words.map((value) => ({ type: "keyword", value }));
    const found = await lookup.values(fieldOf(name, isSecond), fromMs);
    return found.map((value) => ({ type: "string", value }));
  }

  return traceApi({
    prefix: PREFIX,
    auth,
    answer: (path, query, { headers }) => answer(path, query, headers.accept ?? ""),
    fault: (_, message) => text(`${message}\n`),
  });
}

const WORDS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["status", SPAN_STATUSES.toSorted()],
  ["kind", SPAN_KINDS.toSorted()],
]);

/** `resource.service.name`, `.a`, `name`; the first version of the API has attributes without a dot. */
function fieldOf(name: string, isSecond: boolean): Field {
  if (!isSecond && !name.includes(".") && INTRINSICS.every((each) => each !== name))
    return { kind: "attribute", scope: "any", name };
  const isScoped = /^(span|resource)?\./.test(name) || name.includes(":") || INTRINSICS.some((each) => each === name);
  return parseField(isScoped ? name : `.${JSON.stringify(name)}`);
}

/** `a=b c="d e"`: a query of before TraceQL. */
function fromTags(tags: string): string {
  const pairs = [...tags.matchAll(/([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)];
  const conditions = pairs.map(([, key = "", quoted, bare = ""]) => {
    const text = JSON.stringify(quoted ?? bare);
    if (key === "error") return "status = error";
    if (key === "name") return `name = ${text}`;
    const attribute = `.${JSON.stringify(key)}`;
    // Of what is no text there only its text is written.
    const isBare = /^(true|false|-?\d+(\.\d+)?)$/.test(bare);
    return isBare ? `(${attribute} = ${text} || ${attribute} = ${bare})` : `${attribute} = ${text}`;
  });
  return `{ ${conditions.join(" && ")} }`;
}

function seconds(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name) ?? "";
  if (given === "") return undefined;
  const value = Number(given);
  if (!Number.isFinite(value)) throw new PharosError("invalid", `${name}: is not a number of seconds`);
  return value * 1000;
}
