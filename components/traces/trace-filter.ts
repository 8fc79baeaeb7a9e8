/** What the traces page looks for. */
export interface TraceFilter {
  readonly service: string;
  readonly operation: string;
  readonly minDurationMs: number | null;
  readonly maxDurationMs: number | null;
  readonly errorsOnly: boolean;
}

export interface TraceInput {
  readonly seconds: number;
  readonly limit: number;
  readonly service?: string;
  readonly operation?: string;
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  readonly errorsOnly?: boolean;
}

const LIMIT = 100;

/** Reads the filter from the URL; what is not a duration is no bound. */
export function parseTraceFilter(get: (name: string) => string | null | undefined): TraceFilter {
  return {
    service: get("service") ?? "",
    operation: get("operation") ?? "",
    minDurationMs: parseMillis(get("min")),
    maxDurationMs: parseMillis(get("max")),
    errorsOnly: get("errors") === "1",
  };
}

function parseMillis(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** The API's input: server and browser build it here, so that what one fetched the other finds. */
export function toTraceInput(filter: TraceFilter, seconds: number): TraceInput {
  return {
    seconds,
    limit: LIMIT,
    ...(filter.service === "" ? {} : { service: filter.service }),
    ...(filter.operation === "" ? {} : { operation: filter.operation }),
    ...(filter.minDurationMs === null ? {} : { minDurationMs: filter.minDurationMs }),
    ...(filter.maxDurationMs === null || filter.maxDurationMs === 0 ? {} : { maxDurationMs: filter.maxDurationMs }),
    ...(filter.errorsOnly ? { errorsOnly: true } : {}),
  };
}

export function isFiltering(filter: TraceFilter): boolean {
  return (
    filter.service !== "" ||
    filter.operation !== "" ||
    filter.minDurationMs !== null ||
    filter.maxDurationMs !== null ||
    filter.errorsOnly
  );
}
