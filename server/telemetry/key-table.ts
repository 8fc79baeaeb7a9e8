import { pairOf, type TrafficKey } from "#core/telemetry/traffic.ts";

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
] as const satisfies readonly (keyof TrafficKey)[];

export interface NumberedKey {
  readonly id: number;
  readonly key: TrafficKey;
}

/** Labels stored once and counted by number. Numbers are given for good only by `keep`, after the commit that stored them. */
export class KeyTable {
  readonly #byText = new Map<string, number>();
  readonly #byId = new Map<number, TrafficKey>();
  readonly #pairs = new Map<number, string>();
  #next = 1;

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

  /** Numbers for one transaction: `number` gives them, `added` are new, `keep` makes them stand once committed. */
  begin(): { number(key: TrafficKey): number; readonly added: readonly NumberedKey[]; keep(): void } {
    const added: NumberedKey[] = [];
    const fresh = new Map<string, number>();
    return {
      added,
      number: (key) => {
        const text = textOf(key);
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

  drop(ids: Iterable<number>): void {
    for (const id of ids) {
      const key = this.#byId.get(id);
      if (key !== undefined) this.#byText.delete(textOf(key));
      this.#byId.delete(id);
      this.#pairs.delete(id);
    }
  }

  #set({ id, key }: NumberedKey): void {
    this.#byText.set(textOf(key), id);
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
