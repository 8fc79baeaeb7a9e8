import type { Headers } from "#core/simulate/headers.ts";

/** What filters leave behind for the answer. */
export interface Passed {
  delayMs: number;
  cors: Headers | undefined;
  /** Keys under which filters noted which of the rules that are only looked at matched. */
  readonly marks: Set<string>;
  /** The route is to be looked for once more: what it is chosen by is another. */
  clearsRoute?: boolean;
}

/** A filter's own answer. `isFinished`: it is sent as it is, without what the route says of answers. */
export interface Stopped {
  readonly status: number;
  readonly details: string;
  readonly flags: string;
  readonly headers: Headers;
  readonly isFinished: boolean;
  readonly body: string;
  /** Said to callers that speak gRPC, where it does not follow from the status. */
  readonly grpcStatus?: number | undefined;
}
