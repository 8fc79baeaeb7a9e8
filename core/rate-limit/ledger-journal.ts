import type { Charge } from "#core/rate-limit/charge.ts";
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

/** Writes down what is taken of ledgers; the first that cannot be written, and may not go on without. */
export function noteTaken(journal: LedgerJournal | undefined, charges: readonly Charge[]): Charge | undefined {
  const written: Charge[] = [];
  for (const charge of charges) {
    if (charge.limit.ledger === undefined || journal === undefined) continue;
    if (!journal.took(charge.key, charge.cost) && charge.whenUncoordinated !== "Allow") {
      for (const each of written) journal.returned(each.key, each.cost);
      return charge;
    }
    written.push(charge);
  }
  return undefined;
}

/** What was taken costs so much more, or less, than was written down. */
export function noteMore(journal: LedgerJournal | undefined, key: string, more: number): void {
  if (more > 0) journal?.took(key, more);
  else if (more < 0) journal?.returned(key, -more);
}
