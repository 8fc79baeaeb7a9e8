import type { Draw } from "#core/rate-limit/lease-message.ts";

/** What an agent writes down of ledgers' units before anybody is told that they are let through: it outlives the agent. */
export interface LedgerJournal {
  /** False where it cannot be written: then nothing is let through. */
  took(key: string, units: number): boolean;
  /** They were not used after all. */
  returned(key: string, units: number): void;
  /** Before the draw is sent. */
  drew(draw: Draw): void;
  /** The owner knows all of it, and is told that this is known: the key is at stake no more. */
  closed(key: string): void;
}
