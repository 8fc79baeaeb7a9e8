import type { TrafficKey } from "#core/telemetry/dimensions.ts";
import { TextPool } from "#core/telemetry/text-pool.ts";
import { type KeyNames, namesOf } from "#core/telemetry/traffic.ts";
import { textOfKey } from "#core/telemetry/traffic-key.ts";
import type { LabelFilter } from "#server/telemetry/ports/traffic-reader.ts";

export interface NumberedKey {
  readonly id: number;
  readonly key: TrafficKey;
}

/** Numbers for one transaction. */
export interface Numbering {
  number(key: TrafficKey): number;
  readonly added: readonly NumberedKey[];
  /** Makes the numbers stand, once committed. */
  keep(): void;
}

/** Labels stored once and counted by number. Numbers are given for good only by `keep`, after the commit that stored them. */
export class KeyNumbers {
  /** Keys come as the same objects again and again; equal ones are known by their text. */
  readonly #byObject = new Map<TrafficKey, number>();
  readonly #byText = new Map<string, number>();
  readonly #byId = new Map<number, TrafficKey>();
  readonly #names = new Map<number, KeyNames>();
  readonly #texts = new TextPool();
  #next = 1;

  /** What a restart reads back. */
  load(keys: readonly NumberedKey[]): void {
    for (const each of keys) this.#set(each);
  }

  get(id: number): TrafficKey | undefined {
    return this.#byId.get(id);
  }

  /** `namesOf` the key, made once. */
  names(id: number): KeyNames | undefined {
    return this.#names.get(id);
  }

  keys(): IterableIterator<TrafficKey> {
    return this.#byId.values();
  }

  /** Numbers of the sets that a filter lets through. */
  matching({ having, among = [] }: LabelFilter): number[] {
    const ids = new Set<number>();
    const wanted = Object.entries(having ?? {}) as [keyof TrafficKey, unknown][];
    if (having !== undefined)
      for (const [id, key] of this.#byId) if (wanted.every(([name, value]) => key[name] === value)) ids.add(id);
    for (const key of among) {
      const id = this.#idOf(key);
      if (id !== undefined) ids.add(id);
    }
    return [...ids];
  }

  begin(): Numbering {
    const added: NumberedKey[] = [];
    const fresh = new Map<string, number>();
    return {
      added,
      number: (key) => {
        const known = this.#byObject.get(key);
        if (known !== undefined) return known;
        const text = textOfKey(key);
        const id = this.#byText.get(text) ?? fresh.get(text);
        if (id !== undefined) return id;
        const given = this.#next + added.length;
        fresh.set(text, given);
        added.push({ id: given, key });
        return given;
      },
      keep: () => {
        for (const each of added) this.#set(each);
      },
    };
  }

  /** Answers which keys they were. */
  drop(ids: Iterable<number>): TrafficKey[] {
    const dropped: TrafficKey[] = [];
    for (const id of ids) {
      const key = this.#byId.get(id);
      if (key === undefined) continue;
      dropped.push(key);
      this.#byObject.delete(key);
      this.#byText.delete(textOfKey(key));
      this.#byId.delete(id);
      this.#names.delete(id);
    }
    return dropped;
  }

  #idOf(key: TrafficKey): number | undefined {
    return this.#byObject.get(key) ?? this.#byText.get(textOfKey(key));
  }

  #set({ id, key }: NumberedKey): void {
    this.#byObject.set(key, id);
    this.#byText.set(textOfKey(key), id);
    this.#byId.set(id, key);
    this.#names.set(id, namesOf(key, this.#texts));
    this.#next = Math.max(this.#next, id + 1);
  }
}
