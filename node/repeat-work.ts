/**
 * Does `work` again and again until the timer that is returned is cleared; it keeps no process alive. What it fails of is
 * told once, and again after it went well: a full disk lasts for days.
 */
export function repeatWork(
  everyMs: number,
  work: () => Promise<unknown>,
  tell: (failure: string) => void,
): NodeJS.Timeout {
  const told = new Set<string>();
  const timer = setInterval(() => {
    work().then(
      () => told.clear(),
      (error: unknown) => {
        const failure = String(error);
        if (!told.has(failure)) tell(failure);
        told.add(failure);
      },
    );
  }, everyMs);
  timer.unref();
  return timer;
}
