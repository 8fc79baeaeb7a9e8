import type { XdsType } from "#core/xds/type-urls.ts";
import type { Response } from "#server/xds/response.ts";

/** What the state machines tell whoever runs them. */
export type StreamEvent =
  | { readonly kind: "ack"; readonly type: XdsType | undefined; readonly response: Sent }
  | { readonly kind: "nack"; readonly type: XdsType | undefined; readonly response: Sent; readonly message: string }
  | { readonly kind: "stale"; readonly typeUrl: string; readonly nonce: string };

/** A response that waits for its answer. */
export interface Sent {
  readonly response: Response;
  /** Layer versions that all of its round brings the stream to; absent for an answer to a subscription. */
  readonly round: Round | undefined;
}

/** One bringing-up-to-date of a stream: several responses, done when all are answered. */
export interface Round {
  open: number;
  refused: boolean;
  /** Revisions it carries. */
  readonly toVersions: readonly number[];
}

export interface StreamMachine {
  /** Reacts to a request; returns what to send, in order. */
  receive(message: Buffer): { readonly responses: readonly Response[]; readonly events: readonly StreamEvent[] };
  /** Brings the stream up to date with its layers unless a round is out; returns what to send, in order. */
  flush(): readonly Response[];
  readonly isWaiting: boolean;
  /** Per type: has it asked, is everything it was sent answered, was the last answer a refusal. */
  sync(): ReadonlyMap<XdsType, "SYNCED" | "STALE" | "NOT SENT" | "ERROR">;
  /** True when the change touches what this stream wants. */
  isConcerned(layerIndex: number, fromVersion: number): boolean;
}
