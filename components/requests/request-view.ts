import { REQUEST_SORTS, type RequestSort } from "#core/telemetry/request-fields.ts";
import { FILTER_CHARS_MAX } from "#core/telemetry/request-filter.ts";

/** What the page shows, as its URL says it. */
export interface RequestView {
  readonly filter: string;
  readonly sort: RequestSort;
  readonly isAscending: boolean;
  /** The end of the range; null: now. */
  readonly endMs: number | null;
  /** How many rows are asked for. */
  readonly limit: number;
  /** The request that is open. */
  readonly id: string | null;
  readonly isCompared: boolean;
  /** As they happen, rather than those that were kept. */
  readonly isLive: boolean;
  /** With their headers. */
  readonly wantsHeaders: boolean;
}

export const PAGE_ROWS = 100;
const ROWS_MAX = 1000;

export function readRequestView(get: (name: string) => string | null | undefined): RequestView {
  const [column = "", way] = (get("sort") ?? "").split(":");
  const sort = REQUEST_SORTS.find((each) => each === column.replace(/^-/, "")) ?? "start";
  const end = Number(get("end"));
  const limit = Number(get("rows"));
  return {
    filter: (get("q") ?? "").slice(0, FILTER_CHARS_MAX),
    sort,
    isAscending: way === "up",
    endMs: Number.isSafeInteger(end) && end > 0 ? end : null,
    limit: Number.isInteger(limit) && limit > PAGE_ROWS ? Math.min(ROWS_MAX, limit) : PAGE_ROWS,
    id: get("id") ?? null,
    isCompared: get("differs") === "1",
    isLive: get("live") === "1",
    wantsHeaders: get("headers") === "1",
  };
}

/** The API's input: server and browser build it here, so that what one fetched the other finds. */
export function toAsk({ filter, endMs }: RequestView, seconds: number) {
  return { filter, seconds, ...(endMs === null ? {} : { endMs }) };
}

export function toSearch(view: RequestView, seconds: number) {
  const { sort, isAscending, limit } = view;
  return { ...toAsk(view, seconds), sort, isAscending, limit };
}

/** A link to requests, from wherever they are told of. */
export function requestsHref(filter: string, more = ""): string {
  return `/requests?q=${encodeURIComponent(filter)}${more}`;
}
