import type { ConfigChange } from "#core/resource/config-change.ts";

/** What a task comes to: documents that are written in one revision, why, and what they do. */
export interface Plan {
  readonly changes: readonly ConfigChange[];
  /** To begin with, for the history. */
  readonly reason: string;
  /** In words, one thing each. */
  readonly sentences: readonly string[];
}

/** A document as it stands: what a plan changes, and the version that it must still have. */
export interface StandingDocument {
  readonly ref: string;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: number;
  readonly text: string;
}
