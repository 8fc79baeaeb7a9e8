/** More entries than these are found by hash. */
const LISTED_MAX = 8;

/** A map from text, in insertion order, of which there are very many with one or two entries: these are a list, a fifth of a Map's size. */
export class SmallMap<V> {
  #list: (string | V)[] = [];
  #map: Map<string, V> | undefined;

  get size(): number {
    return this.#map?.size ?? this.#list.length / 2;
  }

  get(key: string): V | undefined {
    if (this.#map !== undefined) return this.#map.get(key);
    const at = this.#indexOf(key);
    return at < 0 ? undefined : (this.#list[at + 1] as V);
  }

  has(key: string): boolean {
    return this.#map?.has(key) ?? this.#indexOf(key) >= 0;
  }

  set(key: string, value: V): void {
    const at = this.#map === undefined ? this.#indexOf(key) : -1;
    if (at >= 0) this.#list[at + 1] = value;
    else if (this.#map !== undefined) this.#map.set(key, value);
    else if (this.#list.length === 0) this.#list = [key, value];
    else if (this.size < LISTED_MAX) this.#list.push(key, value);
    else {
      this.#map = new Map([...this, [key, value]]);
      this.#list = [];
    }
  }

  delete(key: string): void {
    if (this.#map !== undefined) {
      this.#map.delete(key);
      return;
    }
    const at = this.#indexOf(key);
    if (at >= 0) this.#list = this.#list.toSpliced(at, 2);
  }

  *[Symbol.iterator](): Generator<[key: string, value: V]> {
    if (this.#map !== undefined) yield* this.#map;
    else for (let at = 0, list = this.#list; at < list.length; at += 2) yield [list[at] as string, list[at + 1] as V];
  }

  #indexOf(key: string): number {
    for (let at = 0; at < this.#list.length; at += 2) if (this.#list[at] === key) return at;
    return -1;
  }
}
