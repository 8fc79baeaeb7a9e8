import { LogLimiter } from "#node/log-limiter.ts";

/** Kinds of faults (name, where it was thrown) that are told apart: a loop of them cannot fill the disk. */
const KINDS_MAX = 100;
const TEXT_MAX = 4000;

/** Its name and where it was thrown: what it says may hold an id or an address, and be another each time. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, TEXT_MAX);
  const thrown = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
  return `${error.name} ${thrown ?? error.message}`;
}

/** `fault`: its stack. `again`: how often it came since it was told of last. */
export type TellFault = (fault: string, again: number) => void;

interface Target {
  on(event: "unhandledRejection" | "uncaughtException", listener: (error: unknown) => void): unknown;
}

/**
 * What no handler caught is told of, and the process serves on: one caller's request, or one task that failed, is no reason
 * to end what everybody else uses. In a worker thread it holds for that thread.
 */
export function keepServing(tell: TellFault, target: Target = process, now: () => number = Date.now): void {
  const limiter = new LogLimiter(KINDS_MAX);
  const hear = (error: unknown): void => {
    const fault = (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, TEXT_MAX);
    const again = limiter.take(kindOf(error), now());
    if (again !== undefined) tell(fault, again);
  };
  target.on("unhandledRejection", hear);
  target.on("uncaughtException", hear);
}
