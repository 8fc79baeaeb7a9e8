import { createHash } from "node:crypto";
import { decodeNames, decodeVersions, type RawList } from "#server/xds/wire.ts";

/** Names asked for together; equal lists are one object, parsed once. */
export interface NameList {
  readonly key: string;
  readonly names: ReadonlySet<string>;
}

/** What a client that comes back says it holds. */
export interface HeldVersions extends NameList {
  readonly versions: ReadonlyMap<string, string>;
}

/** What a stream wants of one type. Immutable and shared by all streams that want the same. */
export interface Subscription {
  readonly id: number;
  readonly isWildcard: boolean;
  /** Explicit names, beside the wildcard or instead of it. */
  readonly names: ReadonlySet<string>;
}

export const NO_NAMES: NameList = { key: "", names: new Set() };
export const NO_SUBSCRIPTION: Subscription = { id: 0, isWildcard: false, names: new Set() };

/** A list whose key says what is in it, made when it is first read. */
export function lazyNames(key: string, read: () => Iterable<string>): NameList {
  let names: ReadonlySet<string> | undefined;
  return {
    key,
    get names() {
      names ??= new Set(read());
      return names;
    },
  };
}

export function wants(subscription: Subscription, name: string): boolean {
  return subscription.isWildcard || subscription.names.has(name);
}

/** Makes name lists and subscriptions such that equal ones are the same object; forgets those nobody holds. */
export class SubscriptionTable {
  readonly #lists = new Map<string, WeakRef<NameList>>();
  readonly #held = new Map<string, WeakRef<HeldVersions>>();
  readonly #steps = new Map<string, WeakRef<Subscription>>();
  readonly #subscriptions = new Map<string, WeakRef<Subscription>>();
  readonly #dead = new FinalizationRegistry<() => void>((forget) => forget());
  #nextId = 1;

  names(list: RawList): NameList {
    if (list.length === 0) return NO_NAMES;
    const key = hashOf(list);
    return this.#intern(this.#lists, key, () => ({ key, names: new Set(decodeNames(list)) }));
  }

  held(list: RawList): HeldVersions {
    const key = hashOf(list);
    return this.#intern(this.#held, key, () => {
      const versions = decodeVersions(list);
      return { key, versions, names: new Set(versions.keys()) };
    });
  }

  /** `current` with names added and taken away. */
  change(current: Subscription, add: NameList, remove: NameList, isWildcard: boolean): Subscription {
    if (add === NO_NAMES && remove === NO_NAMES && isWildcard === current.isWildcard) return current;
    return this.#intern(this.#steps, `${current.id}+${add.key}-${remove.key}${isWildcard ? "*" : ""}`, () => {
      const names = new Set(current.names);
      for (const name of add.names) names.add(name);
      for (const name of remove.names) names.delete(name);
      names.delete("*");
      return this.#canonical(isWildcard, names);
    });
  }

  /** Exactly these names. */
  of(list: NameList, isWildcard: boolean): Subscription {
    return this.change(NO_SUBSCRIPTION, list, NO_NAMES, isWildcard);
  }

  /** Ways that lead to the same names lead to the same object. */
  #canonical(isWildcard: boolean, names: ReadonlySet<string>): Subscription {
    if (!isWildcard && names.size === 0) return NO_SUBSCRIPTION;
    const key = hashOf(Buffer.from(`${isWildcard ? "*" : ""}\0${[...names].sort().join("\0")}`, "utf8"));
    return this.#intern(this.#subscriptions, key, () => ({ id: this.#nextId++, isWildcard, names }));
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

function hashOf(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("base64");
}
