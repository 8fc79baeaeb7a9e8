import { isSameList } from "#core/is-same-list.ts";

/** What is made of other things, kept for as long as those are the same objects. */
export class KeptParts {
  readonly #made = new Map<string, { readonly from: readonly unknown[]; readonly part: unknown }>();
  readonly #lists = new Map<string, readonly unknown[]>();

  /** `build()`, or what it came to before where it was made `from` the same; each name is of one type. */
  make<T>(name: string, from: readonly unknown[], build: () => T): T {
    const known = this.#made.get(name);
    if (known !== undefined && isSameList(known.from, from)) return known.part as T;
    const part = build();
    this.#made.set(name, { from, part });
    return part;
  }

  /** The list as it was before, where it holds the same; each name is of one type. */
  list<T>(name: string, list: readonly T[]): readonly T[] {
    const known = this.#lists.get(name);
    if (known !== undefined && isSameList(known, list)) return known as readonly T[];
    this.#lists.set(name, list);
    return list;
  }
}
