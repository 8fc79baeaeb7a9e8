/** Things that are due at about the same time are looked at together. */
const SLOT_MS = 10;

/** When what is to be looked at again: as cheap for a hundred thousand things as for ten. One may be due several times. */
export class DueTimes<T> {
  readonly #slots = new Map<number, Set<T>>();

  add(thing: T, atMs: number): void {
    const slot = Math.ceil(atMs / SLOT_MS);
    const things = this.#slots.get(slot);
    if (things === undefined) this.#slots.set(slot, new Set([thing]));
    else things.add(thing);
  }

  /** Takes out all that are due, each once. */
  take(nowMs: number): Set<T> {
    const due = new Set<T>();
    for (const [slot, things] of this.#slots) {
      if (slot * SLOT_MS > nowMs) continue;
      this.#slots.delete(slot);
      for (const thing of things) due.add(thing);
    }
    return due;
  }
}
