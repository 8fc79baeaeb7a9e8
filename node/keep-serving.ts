/** Of one kind of fault (what it says, where it was thrown) one line in this time: a loop of them cannot fill the disk. */
const EVERY_MS = 60_000;
const KINDS_MAX = 100;
const TEXT_MAX = 4000;

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
  const told = new Map<string, { readonly atMs: number; again: number }>();
  const hear = (error: unknown): void => {
    const fault = (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, TEXT_MAX);
    const entry = told.get(fault);
    if (entry !== undefined && entry.atMs > now() - EVERY_MS) {
      entry.again += 1;
      return;
    }
    if (told.size >= KINDS_MAX) told.clear();
    told.set(fault, { atMs: now(), again: 0 });
    tell(fault, entry?.again ?? 0);
  };
  target.on("unhandledRejection", hear);
  target.on("uncaughtException", hear);
}
