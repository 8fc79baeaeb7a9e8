import type { RequestClass } from "#core/telemetry/request-class.ts";
import type { RequestFieldName, RequestSort } from "#core/telemetry/request-fields.ts";
import type { RequestCondition } from "#core/telemetry/request-filter.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

/** Which of the kept requests. */
export interface RequestFilter {
  readonly fromMs: number;
  /** Before then. */
  readonly toMs?: number | undefined;
  readonly where: readonly RequestCondition[];
  /** A host, or its first parts: "reviews.default". */
  readonly service?: string | undefined;
  /** Only those whose trace has spans in this store, of about that time. */
  readonly isTraced?: boolean | undefined;
}

/** The last row of the page before. */
export interface RequestCursor {
  readonly value: number;
  readonly id: string;
}

export interface RequestSearch extends RequestFilter {
  readonly sort?: RequestSort | undefined;
  readonly isAscending?: boolean | undefined;
  readonly after?: RequestCursor | undefined;
  readonly limit: number;
}

/** Rows that are kept, and how many requests they stand for. */
export interface RequestCount {
  readonly rows: number;
  readonly weight: number;
}

export interface FacetCount extends RequestCount {
  readonly field: RequestFieldName;
  /** As text; "" where there is none. */
  readonly value: string;
}

export interface RequestSlot extends RequestCount {
  readonly startMs: number;
  readonly class: RequestClass;
}

/** Which shapes: of a service, or of all. */
export interface ShapeSearch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly service?: string | undefined;
  readonly limit: number;
}

/** Requests that are equal but for what differs from one to the next: counted, each one. */
export interface RequestShape {
  readonly reporter: string;
  readonly service: string;
  readonly port: number;
  readonly principal: string;
  readonly method: string;
  readonly pathTemplate: string;
  readonly responseCode: number;
  readonly count: number;
}

export interface RequestReader {
  /** The newest first, or as sorted. */
  list(search: RequestSearch): Promise<readonly RequestRecord[]>;
  /** Of each field its values, those of most rows first, at most `limit`. */
  facets(filter: RequestFilter, fields: readonly RequestFieldName[], limit: number): Promise<readonly FacetCount[]>;
  /** By class, in slots that begin at multiples of `stepMs`; only those of which there is something. */
  histogram(filter: RequestFilter, stepMs: number): Promise<readonly RequestSlot[]>;
  /** Those of most requests first. */
  shapes(search: ShapeSearch): Promise<readonly RequestShape[]>;
}
