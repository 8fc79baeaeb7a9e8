import { answersMaxFor, isAnswerClass, withAnswerClass, withoutAnswer } from "#core/telemetry/answer-class.ts";
import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { keptKey, NOBODY, ownerOf, remainderOf, textOfKey } from "#core/telemetry/traffic-key.ts";
import { operationsIn } from "#core/telemetry/written-tags.ts";

/** How many sets of labels are told apart: of one reporter, and in all. */
export interface LabelLimits {
  readonly perOwner: number;
  readonly inSum: number;
}

/** 2,000 workloads with fifty sets each are beside the reserve; a set took 4.3 KB of heap when many had just come. */
const LABEL_LIMITS: LabelLimits = { perOwner: 5000, inSum: 150_000 };
/** The part of the sum that is kept for reporters with few sets: what is stored stays for its retention, and gives way to nobody. */
const RESERVE = 1 / 4;
/** What a reporter may have once the rest is taken, of what is then still free. */
const SMALL = 1 / 16;
/** The part of a reporter's that sets may have with what a Telemetry asks for: clients may choose it, and would leave nothing to who calls whom. */
const TAGGED = 1 / 2;

/** Labels for what is stored together. */
export interface Labelling {
  /** The same labels as the book has them; beyond the limits without what Telemetries ask for, with the class of the answer, or those of the reporter's own bucket for the rest. */
  labelsOf(key: TrafficKey): TrafficKey;
  /** Reporter → windows that have not all of their labels. */
  readonly folded: ReadonlyMap<string, number>;
  /** Makes them known, once they are stored. */
  keep(): void;
}

/** The sets of labels that are stored: one object each, and so many of each reporter. */
export class LabelBook {
  readonly #byText = new Map<string, TrafficKey>();
  readonly #kept = new Set<TrafficKey>();
  /** Labels that come as the same object again and again → as the book has them. */
  readonly #same = new WeakMap<TrafficKey, TrafficKey>();
  /** Reporter → how many sets it has. */
  readonly #owners = new Map<string, number>();
  /** Reporter → how many of them have what a Telemetry asks for. */
  readonly #tagged = new Map<string, number>();
  /** What sets share beside their answers → how many such sets there are. */
  readonly #answers = new Map<string, number>();
  readonly #limits: LabelLimits;

  constructor(limits: LabelLimits = LABEL_LIMITS) {
    this.#limits = limits;
  }

  /** In place of what it knew: what a store holds that was just opened. */
  load(keys: Iterable<TrafficKey>): void {
    this.#byText.clear();
    this.#kept.clear();
    this.#owners.clear();
    this.#tagged.clear();
    this.#answers.clear();
    for (const key of keys) this.#set(textOfKey(key), key);
  }

  begin(): Labelling {
    const used = new Map<string, TrafficKey>();
    const usedSame = new Set<TrafficKey>();
    const fresh = new Map<string, number>();
    const freshTagged = new Map<string, number>();
    const freshAnswers = new Map<string, number>();
    const folded = new Map<string, number>();
    let added = 0;
    const find = (text: string): TrafficKey | undefined => {
      const key = used.get(text) ?? this.#byText.get(text);
      if (key !== undefined) used.set(text, key);
      return key;
    };
    const add = (text: string, found: TrafficKey, owner: string): TrafficKey => {
      const key = keptKey((name) => found[name]);
      used.set(text, key);
      change(fresh, owner, 1);
      if (isTagged(key)) change(freshTagged, owner, 1);
      change(freshAnswers, textOfKey(withoutAnswer(key)), 1);
      added += 1;
      return key;
    };
    const hasRoom = (owner: string): boolean => {
      const { perOwner, inSum } = this.#limits;
      const free = inSum - this.#byText.size - added - 1;
      const share = free >= inSum * RESERVE ? perOwner : Math.min(perOwner, free * SMALL);
      return sumOf(owner, this.#owners, fresh) < share;
    };
    const labelsOf = (key: TrafficKey): TrafficKey => {
      const same = this.#same.get(key);
      if (same !== undefined && this.#kept.has(same)) {
        usedSame.add(same);
        return same;
      }
      const text = textOfKey(key);
      const known = find(text);
      if (known !== undefined) {
        this.#same.set(key, known);
        return known;
      }
      const owner = ownerOf(key);
      const room = hasRoom(owner);
      if (isTagged(key) && !(room && sumOf(owner, this.#tagged, freshTagged) < this.#limits.perOwner * TAGGED)) {
        const before = folded.get(owner) ?? 0;
        const bare = labelsOf({ ...key, tags: operationsIn(key.tags) });
        folded.set(owner, before + 1);
        return bare;
      }
      const answers = (): number => sumOf(textOfKey(withoutAnswer(key)), this.#answers, freshAnswers);
      if (room && (isAnswerClass(key) || answers() < answersMaxFor(key))) return add(text, key, owner);
      change(folded, owner, 1);
      if (!isAnswerClass(key)) {
        const byClass = withAnswerClass(key);
        const classText = textOfKey(byClass);
        const ofClass = find(classText) ?? (room ? add(classText, byClass, owner) : undefined);
        if (ofClass !== undefined) return ofClass;
      }
      const rest = remainderOf(key, "overflow");
      const restText = textOfKey(rest);
      return find(restText) ?? add(restText, rest, owner);
    };
    return {
      folded,
      labelsOf,
      // Also those that were known: retention may have taken them away before they were stored again.
      keep: () => {
        for (const [text, key] of used) if (!this.#byText.has(text)) this.#set(text, key);
        for (const key of usedSame) {
          const text = this.#kept.has(key) ? undefined : textOfKey(key);
          if (text !== undefined && !this.#byText.has(text)) this.#set(text, key);
        }
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
      this.#kept.delete(known);
      this.#count(known, -1);
    }
    return dropped;
  }

  #set(text: string, key: TrafficKey): void {
    this.#byText.set(text, key);
    this.#kept.add(key);
    this.#count(key, 1);
  }

  #count(key: TrafficKey, by: 1 | -1): void {
    change(this.#owners, ownerOf(key), by);
    if (isTagged(key)) change(this.#tagged, ownerOf(key), by);
    change(this.#answers, textOfKey(withoutAnswer(key)), by);
  }
}

/** With values that clients may choose: which operations of objectives a request is one of they do not. */
const isTagged = ({ tags }: TrafficKey): boolean => tags !== NOBODY.tags && tags !== operationsIn(tags);

function change(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count > 0) counts.set(name, count);
  else counts.delete(name);
}

function sumOf(name: string, ...counts: readonly ReadonlyMap<string, number>[]): number {
  return counts.reduce((sum, each) => sum + (each.get(name) ?? 0), 0);
}
