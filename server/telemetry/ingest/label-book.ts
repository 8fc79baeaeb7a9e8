import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { ownerOf, remainderOf, textOfKey } from "#core/telemetry/traffic-key.ts";

/** How many sets of labels are told apart: of one reporter, and in all. */
export interface LabelLimits {
  readonly perOwner: number;
  readonly inSum: number;
}

const LABEL_LIMITS: LabelLimits = { perOwner: 5000, inSum: 50_000 };

/** Labels for what is stored together. */
export interface Labelling {
  /** The same labels as the book has them; beyond the limits those of the reporter's own bucket for the rest. */
  labelsOf(key: TrafficKey): TrafficKey;
  /** Reporter → windows that went to its bucket for the rest. */
  readonly folded: ReadonlyMap<string, number>;
  /** Makes them known, once they are stored. */
  keep(): void;
}

/** The sets of labels that are stored: one object each, and so many of each reporter. */
export class LabelBook {
  readonly #byText = new Map<string, TrafficKey>();
  /** Reporter → how many sets it has. */
  readonly #owners = new Map<string, number>();
  readonly #limits: LabelLimits;

  constructor(limits: LabelLimits = LABEL_LIMITS) {
    this.#limits = limits;
  }

  /** In place of what it knew: what a store holds that was just opened. */
  load(keys: Iterable<TrafficKey>): void {
    this.#byText.clear();
    this.#owners.clear();
    for (const key of keys) this.#set(textOfKey(key), key);
  }

  begin(): Labelling {
    const used = new Map<string, TrafficKey>();
    const fresh = new Map<string, number>();
    const folded = new Map<string, number>();
    let added = 0;
    const find = (text: string): TrafficKey | undefined => {
      const key = used.get(text) ?? this.#byText.get(text);
      if (key !== undefined) used.set(text, key);
      return key;
    };
    const add = (text: string, key: TrafficKey, owner: string): TrafficKey => {
      used.set(text, key);
      fresh.set(owner, (fresh.get(owner) ?? 0) + 1);
      added += 1;
      return key;
    };
    return {
      folded,
      labelsOf: (key) => {
        const text = textOfKey(key);
        const known = find(text);
        if (known !== undefined) return known;
        const owner = ownerOf(key);
        const has = (this.#owners.get(owner) ?? 0) + (fresh.get(owner) ?? 0);
        if (has < this.#limits.perOwner && this.#byText.size + added < this.#limits.inSum) return add(text, key, owner);
        folded.set(owner, (folded.get(owner) ?? 0) + 1);
        const rest = remainderOf(key, "overflow");
        const restText = textOfKey(rest);
        return find(restText) ?? add(restText, rest, owner);
      },
      // Also those that were known: retention may have taken them away before they were stored again.
      keep: () => {
        for (const [text, key] of used) if (!this.#byText.has(text)) this.#set(text, key);
      },
    };
  }

  /** Forgets what retention took away; answers the book's own objects of them. */
  drop(keys: Iterable<TrafficKey>): TrafficKey[] {
    const dropped: TrafficKey[] = [];
    for (const key of keys) {
      const text = textOfKey(key);
      const known = this.#byText.get(text);
      if (known === undefined) continue;
      dropped.push(known);
      this.#byText.delete(text);
      const owner = ownerOf(known);
      const left = (this.#owners.get(owner) ?? 0) - 1;
      if (left > 0) this.#owners.set(owner, left);
      else this.#owners.delete(owner);
    }
    return dropped;
  }

  #set(text: string, key: TrafficKey): void {
    const owner = ownerOf(key);
    this.#byText.set(text, key);
    this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
  }
}
