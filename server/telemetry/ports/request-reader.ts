import type { RequestRecord } from "#core/telemetry/request-record.ts";

export interface RequestSearch {
  readonly fromMs: number;
  /** A host, or its first parts: "reviews.default". */
  readonly service?: string | undefined;
  readonly source?: string | undefined;
  /** The first digits of a code. */
  readonly codePrefix?: string | undefined;
  readonly method?: string | undefined;
  /** Part of the path. */
  readonly path?: string | undefined;
  /** In hex. */
  readonly traceId?: string | undefined;
  readonly deniedOnly?: boolean | undefined;
  readonly limit: number;
}

export interface RequestReader {
  /** Newest first; what refused is as Envoy names it. */
  list(search: RequestSearch): Promise<readonly RequestRecord[]>;
}
