import { pairOf, type TrafficKey } from "#core/telemetry/traffic.ts";
import { overflowKey, ownerOf } from "#server/telemetry/overflow-key.ts";

/** Order of the columns of table `keys`, after `id`. */
export const KEY_FIELDS = [
  "reporter",
  "sourceWorkload",
  "sourceNamespace",
  "sourceApp",
  "sourceVersion",
  "sourcePrincipal",
  "destinationWorkload",
  "destinationNamespace",
  "destinationApp",
  "destinationVersion",
  "destinationPrincipal",
  "destinationService",
  "destinationPort",
  "protocol",
  "responseCode",
  "grpcStatus",
  "responseFlags",
  "security",
  "deniedBy",
  "fromGateway",
  "sourceAddress",
] as const satisfies readonly (keyof TrafficKey)[];

export interface NumberedKey {
  readonly id: number;
  readonly key: TrafficKey;
}

/** How many sets of labels are told apart: of one reporter, and in all. */
export interface KeyLimits {
  readonly perOwner: number;
  readonly inSum: number;
}

const KEY_LIMITS: KeyLimits = { perOwner: 5000, inSum: 50_000 };

/** Numbers for one transaction. */
export interface Numbering {
  /** Gives a number; beyond the limits that of the reporter's own bucket for the rest. */
  number(key: TrafficKey): number;
  readonly added: readonly NumberedKey[];
  /** Reporter → windows that went to its bucket for the rest. */
  readonly folded: ReadonlyMap<string, number>;
  /** Makes the numbers stand, once committed. */
  keep(): void;
}

/** Labels stored once and counted by number. Numbers are given for good only by `keep`, after the commit that stored them. */
export class KeyTable {
  readonly #byText = new Map<string, number>();
  readonly #byId = new Map<number, TrafficKey>();
  readonly #pairs = new Map<number, string>();
  /** Reporter → how many keys it has. */
  readonly #owners = new Map<string, number>();
  readonly #limits: KeyLimits;
  #next = 1;

  constructor(limits: KeyLimits = KEY_LIMITS) {
    this.#limits = limits;
  }

  /** What a restart reads back. */
  load(keys: readonly NumberedKey[]): void {
    for (const each of keys) this.#set(each);
  }

  get(id: number): TrafficKey | undefined {
    return this.#byId.get(id);
  }

  /** `pairOf` the key, made once. */
  pair(id: number): string | undefined {
    return this.#pairs.get(id);
  }

  get size(): number {
    return this.#byId.size;
  }

  entries(): IterableIterator<[number, TrafficKey]> {
    return this.#byId.entries();
  }

  begin(): Numbering {
    const added: NumberedKey[] = [];
    const fresh = new Map<string, number>();
    const ofOwner = new Map<string, number>();
    const folded = new Map<string, number>();
    const give = (text: string, key: TrafficKey, owner: string): number => {
      const given = this.#next + added.length;
      fresh.set(text, given);
      added.push({ id: given, key });
      ofOwner.set(owner, (ofOwner.get(owner) ?? 0) + 1);
      return given;
    };
    return {
      added,
      folded,
      number: (key) => {
        const text = textOf(key);
        const id = this.#byText.get(text) ?? fresh.get(text);
        if (id !== undefined) return id;
        const owner = ownerOf(key);
        const has = (this.#owners.get(owner) ?? 0) + (ofOwner.get(owner) ?? 0);
        if (has < this.#limits.perOwner && this.size + added.length < this.#limits.inSum) return give(text, key, owner);
        folded.set(owner, (folded.get(owner) ?? 0) + 1);
        const rest = overflowKey(key);
        const restText = textOf(rest);
        return this.#byText.get(restText) ?? fresh.get(restText) ?? give(restText, rest, owner);
      },
      keep: () => {
        for (const each of added) this.#set(each);
      },
    };
  }

  drop(ids: Iterable<number>): void {
    for (const id of ids) {
      const key = this.#byId.get(id);
      if (key === undefined) continue;
      this.#byText.delete(textOf(key));
      const owner = ownerOf(key);
      const left = (this.#owners.get(owner) ?? 0) - 1;
      if (left > 0) this.#owners.set(owner, left);
      else this.#owners.delete(owner);
      this.#byId.delete(id);
      this.#pairs.delete(id);
    }
  }

  #set({ id, key }: NumberedKey): void {
    this.#byText.set(textOf(key), id);
    const owner = ownerOf(key);
    this.#owners.set(owner, (this.#owners.get(owner) ?? 0) + 1);
    this.#byId.set(id, key);
    this.#pairs.set(id, pairOf(key));
    this.#next = Math.max(this.#next, id + 1);
  }
}

/** Separated by a byte that no label holds: agents' labels come from JSON text or headers. */
function textOf(key: TrafficKey): string {
  let text = "";
  for (const field of KEY_FIELDS) text += `${key[field]}\u0000`;
  return text;
}
