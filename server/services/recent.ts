import { setTimeout as delay } from "node:timers/promises";

/**
 * An answer that may be up to `freshMs` old; one that is older is given once more, up to `staleMs`, while a new one is
 * asked for, and past that too when the new one takes longer than `patienceMs`. For figures at a glance, which must not
 * wait for a thread that is busy with others.
 */
export function recent<T>(
  ask: () => Promise<T>,
  {
    freshMs,
    staleMs,
    patienceMs,
    now = Date.now,
  }: {
    readonly freshMs: number;
    readonly staleMs: number;
    readonly patienceMs: number;
    readonly now?: () => number;
  },
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
    if (last === undefined) return asked;
    const { value } = last;
    if (ageMs > staleMs) return Promise.race([asked, delay(patienceMs, value, { ref: false })]);
    // Who asks next learns of it.
    asked.catch(() => undefined);
    return Promise.resolve(value);
  };
}
