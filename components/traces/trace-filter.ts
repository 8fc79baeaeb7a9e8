/** What the traces page looks for. */
export interface TraceFilter {
  readonly service: string;
  /** Host that a span of the service asked for. */
  readonly callee: string;
  readonly operation: string;
  readonly minDurationMs: number | null;
  readonly maxDurationMs: number | null;
  readonly errorsOnly: boolean;
  /** `name=value name=value`, as typed. */
  readonly tags: string;
  /** Of TraceQL. */
  readonly query: string;
  readonly limit: number;
}

export interface TraceInput {
  readonly seconds: number;
  readonly limit: number;
  readonly service?: string;
  readonly callee?: string;
  readonly operation?: string;
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  readonly errorsOnly?: boolean;
  readonly query?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** How many traces may be asked for; the second is the default. */
export const TRACE_LIMITS = [20, 100, 200, 500] as const;
const LIMIT = 100;

/** Reads the filter from the URL; what is not a duration is no bound. */
export function parseTraceFilter(get: (name: string) => string | null | undefined): TraceFilter {
  return {
    service: get("service") ?? "",
    callee: get("callee") ?? "",
    operation: get("operation") ?? "",
    minDurationMs: parseMillis(get("min")),
    maxDurationMs: parseMillis(get("max")),
    errorsOnly: get("errors") === "1",
    tags: get("tags") ?? "",
    query: get("q") ?? "",
    limit: TRACE_LIMITS.find((limit) => String(limit) === get("limit")) ?? LIMIT,
  };
}

function parseMillis(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** `name=value` pairs; values with spaces stand in quotes. What is no pair is not looked for. */
export function parseTags(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([^\s=]+)=(?:"([^"]*)"|(\S+))/g);
  return Object.fromEntries(Array.from(pairs, ([, name = "", quoted, bare = ""]) => [name, quoted ?? bare]));
}

/** The API's input: server and browser build it here, so that what one fetched the other finds. */
export function toTraceInput(filter: TraceFilter, seconds: number): TraceInput {
  const tags = parseTags(filter.tags);
  return {
    seconds,
    limit: filter.limit,
    ...(filter.service === "" ? {} : { service: filter.service }),
    ...(filter.callee === "" ? {} : { callee: filter.callee }),
    ...(filter.operation === "" ? {} : { operation: filter.operation }),
    ...(filter.minDurationMs === null ? {} : { minDurationMs: filter.minDurationMs }),
    ...(filter.maxDurationMs === null || filter.maxDurationMs === 0 ? {} : { maxDurationMs: filter.maxDurationMs }),
    ...(filter.errorsOnly ? { errorsOnly: true } : {}),
    ...(filter.query.trim() === "" ? {} : { query: filter.query }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
}

export function isFiltering(filter: TraceFilter): boolean {
  return (
    filter.service !== "" ||
    filter.callee !== "" ||
    filter.operation !== "" ||
    filter.minDurationMs !== null ||
    filter.maxDurationMs !== null ||
    filter.errorsOnly ||
    filter.tags !== "" ||
    filter.query !== ""
  );
}
