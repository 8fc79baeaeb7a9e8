import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";

export interface Answer {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly trailers?: Readonly<Record<string, string>>;
  /** What the application says it saw, where one answered. */
  readonly seen?: SeenRequest;
  readonly app?: string;
  /** The other side closed the connection. */
  readonly closed?: boolean;
  /** The client was told to go on. */
  readonly continued?: boolean;
}
