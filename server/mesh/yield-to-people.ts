import { shiftThreadPriority } from "#node/shift-thread-priority.ts";

/** Of 20 steps; the lower, the more of a busy processor. At 5 it is a third of what anybody else gets, at 10 a tenth: proxies beside the server would starve it. */
export const NICE = { mesh: 5, apply: 5, preview: 10 } as const;

/**
 * Lets the threads that answer people go first where the processors are all busy: a fleet that comes back keeps the
 * calling thread at work for seconds, and it can wait a moment.
 */
export function yieldToPeople(nice: number = NICE.mesh): void {
  shiftThreadPriority(nice);
}
