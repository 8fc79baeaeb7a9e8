import type { IncomingHttpHeaders } from "node:http2";
import type { Peer } from "#grpc/peer.ts";

/** Why `signal` aborts where the call came to its end, and nobody hung up before. */
export const ANSWERED = Symbol("answered");

export interface CallInfo {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly peer: Peer;
  /** Aborts when the call ends, by whichever side. */
  readonly signal: AbortSignal;
  /** Aborts when the connection of the call ends: one for all that come by it. */
  readonly connection: AbortSignal;
}

export interface ServerStream extends CallInfo {
  /** Whether the client reads messages compressed with gzip. */
  readonly acceptsGzip: boolean;
  /**
   * Sends one message made of these parts, without copying them; `isGzip` says that they are one gzip stream. False: more
   * than `queueBytesMax` waits to leave.
   */
  send(parts: readonly Uint8Array[], isGzip?: boolean): boolean;
  /** Ends with status 0. */
  end(): void;
  fail(error: unknown): void;
  readonly queuedBytes: number;
}
