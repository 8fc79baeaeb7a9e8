/** More entries than these are found by hash. */
const LISTED_MAX = 8;

/**
 * A map from text, in insertion order, of which there are very many with one or two entries: the first stands by itself and the
 * next ones in a list, a fifth of a Map's size.
 */
export class SmallMap<V> {
  #first: string | undefined;
  #firstValue: V | undefined;
  /** After the first; of more than LISTED_MAX, all. */
  #others: (string | V)[] | Map<string, V> | undefined;

  get size(): number {
    if (this.#others instanceof Map) return this.#others.size;
    return (this.#first === undefined ? 0 : 1) + (this.#others?.length ?? 0) / 2;
  }

  get(key: string): V | undefined {
    const others = this.#others;
    if (others instanceof Map) return others.get(key);
    if (this.#first === key) return this.#firstValue;
    const at = indexOf(others, key);
    return at < 0 ? undefined : (others?.[at + 1] as V);
  }

  has(key: string): boolean {
    if (this.#others instanceof Map) return this.#others.has(key);
    return this.#first === key || indexOf(this.#others, key) >= 0;
  }

  set(key: string, value: V): void {
    const others = this.#others;
    if (others instanceof Map) {
      others.set(key, value);
      return;
    }
    const at = indexOf(others, key);
    if (this.#first === undefined || this.#first === key) {
      this.#first = key;
      this.#firstValue = value;
    } else if (others !== undefined && at >= 0) others[at + 1] = value;
    else if (this.size < LISTED_MAX) this.#others = [...(others ?? []), key, value];
    else {
      this.#others = new Map([...this, [key, value]]);
      this.#first = undefined;
      this.#firstValue = undefined;
    }
  }

  delete(key: string): void {
    const others = this.#others;
    if (others instanceof Map) {
      others.delete(key);
      return;
    }
    const at = indexOf(others, key);
    if (this.#first === key) {
      const [next, value, ...rest] = others ?? [];
      this.#first = next as string | undefined;
      this.#firstValue = value as V | undefined;
      this.#others = rest.length === 0 ? undefined : rest;
    } else if (others !== undefined && at >= 0)
      this.#others = others.length === 2 ? undefined : others.toSpliced(at, 2);
  }

  *[Symbol.iterator](): Generator<[key: string, value: V]> {
    const others = this.#others;
    if (others instanceof Map) {
      yield* others;
      return;
    }
    if (this.#first === undefined) return;
    // As it is now: who goes through it may delete.
    yield [this.#first, this.#firstValue as V];
    for (let at = 0; others !== undefined && at < others.length; at += 2)
      yield [others[at] as string, others[at + 1] as V];
  }
}

function indexOf(list: readonly unknown[] | undefined, key: string): number {
  for (let at = 0; list !== undefined && at < list.length; at += 2) if (list[at] === key) return at;
  return -1;
}
