/** Puts entries that have changed into those that are held; null is one that is held no longer. */
export function takeChanged<T>(held: Map<string, T>, changed: Readonly<Record<string, T | null>> = {}): void {
  for (const [key, value] of Object.entries(changed)) {
    if (value === null) held.delete(key);
    else held.set(key, value);
  }
}
