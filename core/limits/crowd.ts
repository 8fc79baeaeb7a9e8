export interface CrowdOptions<T> {
  /** What is counted, in words: "HTTP connections". */
  readonly name: string;
  readonly perParty: number;
  readonly inSum: number;
  /** Told of whoever had too many: the party that was refused, or the one that had to give way. */
  readonly onRefused: (name: string, party: string) => void;
  /** Ends a member that gives way. */
  readonly evict: (member: T) => void;
}

/**
 * Members by party, so many of each and in sum. Where all places are taken, the oldest member of the party that has most gives
 * way to one that has fewer: who takes every place there is keeps nobody out.
 */
export class Crowd<T> {
  readonly #options: CrowdOptions<T>;
  readonly #byParty = new Map<string, Set<T>>();
  #sum = 0;

  constructor(options: CrowdOptions<T>) {
    this.#options = options;
  }

  /** False when there is no place for it. Who was let in leaves with `leave`. */
  admit(party: string, member: T): boolean {
    const { name, perParty, inSum, onRefused, evict } = this.#options;
    const own = this.#byParty.get(party)?.size ?? 0;
    const [largest, most] = this.#sum < inSum ? ["", 0] : this.#largest();
    if (own >= perParty || (this.#sum >= inSum && most <= own + 1)) {
      onRefused(name, party);
      return false;
    }
    const oldest = this.#sum < inSum ? undefined : this.#byParty.get(largest)?.values().next();
    if (oldest?.done === false) {
      this.leave(largest, oldest.value);
      onRefused(name, largest);
      evict(oldest.value);
    }
    const members = this.#byParty.get(party);
    if (members === undefined) this.#byParty.set(party, new Set([member]));
    else members.add(member);
    this.#sum += 1;
    return true;
  }

  /** No matter who has left already. */
  leave(party: string, member: T): void {
    const members = this.#byParty.get(party);
    if (members?.delete(member) !== true) return;
    this.#sum -= 1;
    if (members.size === 0) this.#byParty.delete(party);
  }

  #largest(): [party: string, count: number] {
    let largest: [string, number] = ["", 0];
    for (const [party, { size }] of this.#byParty) if (size > largest[1]) largest = [party, size];
    return largest;
  }
}
