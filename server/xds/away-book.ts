/** Of proxies that have gone, so many are remembered, the last ones: of one identity and of all. */
const OF_ONE_MAX = 200;
const IN_SUM_MAX = 5000;

/** Ids of those that have gone, the longest away first; what is too much is forgotten. */
export class AwayBook {
  /** With the identity of each. */
  readonly #all = new Map<string, string | null>();
  readonly #byIdentity = new Map<string | null, Set<string>>();
  readonly #onForgotten: (id: string) => void;

  constructor(onForgotten: (id: string) => void) {
    this.#onForgotten = onForgotten;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#all.keys();
  }

  add(id: string, identity: string | null): void {
    const own = this.#byIdentity.get(identity) ?? new Set();
    this.#byIdentity.set(identity, own.add(id));
    this.#all.set(id, identity);
    const [longest] = own.size > OF_ONE_MAX ? own : this.#all.size > IN_SUM_MAX ? this.#all.keys() : [];
    if (longest === undefined) return;
    this.delete(longest);
    this.#onForgotten(longest);
  }

  /** No matter whether it was there. */
  delete(id: string): void {
    const identity = this.#all.get(id);
    if (identity === undefined) return;
    this.#all.delete(id);
    const own = this.#byIdentity.get(identity);
    own?.delete(id);
    if (own?.size === 0) this.#byIdentity.delete(identity);
  }
}
