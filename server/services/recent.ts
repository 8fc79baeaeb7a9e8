/**
 * An answer that may be up to `freshMs` old; one that is older is given once more, up to `staleMs`, while a new one is
 * asked for. For figures at a glance, which must not wait for a thread that is busy with others.
 */
export function recent<T>(
  ask: () => Promise<T>,
  {
    freshMs,
    staleMs,
    now = Date.now,
  }: { readonly freshMs: number; readonly staleMs: number; readonly now?: () => number },
): () => Promise<T> {
  let last: { readonly value: T; readonly atMs: number } | undefined;
  let asked: Promise<T> | undefined;
  return () => {
    const ageMs = last === undefined ? Number.POSITIVE_INFINITY : now() - last.atMs;
    if (last !== undefined && ageMs <= freshMs) return Promise.resolve(last.value);
    asked ??= ask()
      .then((value) => {
        last = { value, atMs: now() };
        return value;
      })
      .finally(() => {
        asked = undefined;
      });
    if (last === undefined || ageMs > staleMs) return asked;
    // Who asks next learns of it.
    asked.catch(() => undefined);
    return Promise.resolve(last.value);
  };
}
