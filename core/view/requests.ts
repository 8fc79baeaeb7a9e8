import type { Differences } from "#core/telemetry/find-differences.ts";
import type { RequestClass } from "#core/telemetry/request-class.ts";
import type { RequestFieldName } from "#core/telemetry/request-fields.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";

export interface RequestPage {
  readonly rows: readonly RequestRecord[];
  /** What of the filter was not understood, and not looked for. */
  readonly errors: readonly string[];
  /** Where the next page begins; null after the last. */
  readonly next: { readonly value: number; readonly id: string } | null;
}

export interface RequestSummary {
  /** Kept, and how many requests they stand for. */
  readonly rows: number;
  readonly weight: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly slots: readonly {
    readonly startMs: number;
    readonly class: RequestClass;
    readonly rows: number;
    readonly weight: number;
  }[];
  readonly facets: readonly RequestFacet[];
}

export interface RequestFacet {
  readonly field: RequestFieldName;
  readonly values: readonly { readonly value: string; readonly rows: number; readonly weight: number }[];
}

/** Exact counts. */
export interface ShapesView {
  readonly shapes: readonly {
    readonly reporter: string;
    readonly service: string;
    readonly port: number;
    readonly principal: string;
    readonly method: string;
    readonly pathTemplate: string;
    readonly responseCode: number;
    readonly count: number;
  }[];
  /** Of how many requests the method or path was one of too many. */
  readonly folded: number;
}

export interface RequestDetail {
  readonly request: RequestRecord;
  readonly causes: readonly RequestCauseView[];
}

export interface RequestCauseView {
  readonly title: string;
  readonly text: string;
  readonly refs: readonly {
    readonly ref: string;
    readonly path?: string;
    /** In the object's document as it stands now. */
    readonly line?: number;
    /** Which wrote it as it was in force then. */
    readonly revision?: number;
    readonly author?: string;
    readonly reason?: string;
  }[];
}

export type DifferencesView = Differences & { readonly errors: readonly string[] };
