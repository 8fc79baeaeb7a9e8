import { createHash } from "node:crypto";

/** Names asked for together; equal lists of bytes are one object, parsed once. */
export interface NameList {
  readonly key: string;
  readonly names: ReadonlySet<string>;
}

/** What a stream wants of one type. Immutable and shared by all streams that want the same. */
export interface Subscription {
  readonly id: number;
  readonly isWildcard: boolean;
  /** Explicit names, beside the wildcard or instead of it. */
  readonly names: ReadonlySet<string>;
}

export const EMPTY_NAMES: NameList = { key: "", names: new Set() };

/** Makes name lists and subscriptions such that equal ones are the same object. */
export class SubscriptionTable {
  readonly #lists = new Map<string, WeakRef<NameList>>();
  readonly #subscriptions = new Map<string, WeakRef<Subscription>>();
  readonly #dead = new FinalizationRegistry<() => void>((forget) => forget());
  #nextId = 1;

  internNames(names: readonly Buffer[]): NameList {
    if (names.length === 0) return EMPTY_NAMES;
    const hash = createHash("sha1");
    for (const name of names) hash.update(String(name.length)).update(":").update(name);
    const key = hash.digest("base64");
    return this.#intern(this.#lists, key, () => ({ key, names: new Set(names.map((name) => name.toString("utf8"))) }));
  }

  readonly none: Subscription = { id: 0, isWildcard: false, names: new Set() };

  /** `current` with names added and taken away; the same object when nothing differs. */
  change(current: Subscription, add: NameList, remove: NameList, isWildcard: boolean): Subscription {
    if (add === EMPTY_NAMES && remove === EMPTY_NAMES && isWildcard === current.isWildcard) return current;
    return this.#intern(this.#subscriptions, `${current.id}+${add.key}-${remove.key}${isWildcard ? "*" : ""}`, () => {
      const names = new Set(current.names);
      for (const name of add.names) if (name !== "*") names.add(name);
      for (const name of remove.names) names.delete(name);
      return this.#canonical(isWildcard, names);
    });
  }

  /** Ways that lead to the same set lead to the same object. */
  #canonical(isWildcard: boolean, names: ReadonlySet<string>): Subscription {
    const hash = createHash("sha1").update(isWildcard ? "*" : "");
    for (const name of [...names].sort()) hash.update(`${name.length}:`).update(name);
    return this.#intern(this.#subscriptions, `=${hash.digest("base64")}`, () => ({ id: this.#nextId++, isWildcard, names }));
  }

  #intern<T extends object>(table: Map<string, WeakRef<T>>, key: string, make: () => T): T {
    const known = table.get(key)?.deref();
    if (known !== undefined) return known;
    const made = make();
    const ref = new WeakRef(made);
    table.set(key, ref);
    this.#dead.register(made, () => {
      if (table.get(key) === ref) table.delete(key);
    });
    return made;
  }
}

export function wants(subscription: Subscription, name: string): boolean {
  return subscription.isWildcard || subscription.names.has(name);
}
