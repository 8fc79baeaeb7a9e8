import { z } from "zod";
import { describeIssues } from "#core/describe-issues.ts";
import { parseDurationMs } from "#core/duration.ts";
import { PharosError } from "#core/errors.ts";
import type { TraceSearch } from "#server/telemetry/query/trace-lookup.ts";

const TRACES_MAX = 200;
const TRACES = 20;
const HOUR_MS = 3_600_000;

const tagsJson = z.record(z.string().min(1).max(256), z.string().max(500));

/** Parameters of Jaeger's `GET /api/traces`, as its page, Grafana and Kiali write them. Throws "invalid" with the parameter's name. */
export function readJaegerQuery(query: URLSearchParams, nowMs: number): TraceSearch & { readonly exactly?: string } {
  const toMs = microseconds(query, "end") ?? nowMs;
  const operation = textOf(query, "operation");
  const { error, ...tags } = tagsOf(query);
  return {
    fromMs: microseconds(query, "start") ?? toMs - HOUR_MS,
    toMs,
    service: textOf(query, "service"),
    ...(operation === undefined ? {} : { operation, exactly: operation }),
    minDurationMs: durationMs(query, "minDuration"),
    maxDurationMs: durationMs(query, "maxDuration"),
    errorsOnly: error === "true" ? true : undefined,
    tags: error === undefined || error === "true" ? tags : { ...tags, error },
    limit: Math.min(TRACES_MAX, Math.max(1, Math.floor(numberOf(query, "limit") ?? TRACES))),
  };
}

function textOf(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? "";
  return text === "" || text === "all" ? undefined : text.slice(0, 500);
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new PharosError("invalid", `${name}: ${JSON.stringify(text.slice(0, 100))} is not a number`);
}

function microseconds(query: URLSearchParams, name: string): number | undefined {
  const value = numberOf(query, name);
  return value === undefined ? undefined : value / 1000;
}

/** `1000us`, `1.5s`, `1m30s`. */
export function durationMs(query: URLSearchParams, name: string): number | undefined {
  const text = (query.get(name) ?? "").trim();
  if (text === "") return undefined;
  const ms = parseDurationMs(text);
  if (ms !== undefined) return ms;
  throw new PharosError("invalid", `${name}: ${JSON.stringify(text.slice(0, 100))} is not a duration`, {
    hint: "for example 1000us, 1.5s",
  });
}

/** `tags={"a":"b"}`, and `tag=a:b` any number of times. */
function tagsOf(query: URLSearchParams): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const pair of query.getAll("tag")) {
    const colon = pair.indexOf(":");
    if (colon < 1) throw new PharosError("invalid", `tag: ${JSON.stringify(pair.slice(0, 100))} is not key:value`);
    tags[pair.slice(0, colon)] = pair.slice(colon + 1);
  }
  const text = query.get("tags") ?? "";
  if (text === "") return tags;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PharosError("invalid", "tags: is not JSON", { hint: 'for example tags={"http.method":"GET"}' });
  }
  const read = tagsJson.safeParse(value);
  if (!read.success) throw new PharosError("invalid", `tags: ${describeIssues(read.error)}`);
  return { ...tags, ...read.data };
}
