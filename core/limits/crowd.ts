export interface CrowdOptions<T> {
  /** What is counted, in words: "HTTP connections". */
  readonly name: string;
  readonly perParty: number;
  readonly inSum: number;
  /** Told of whoever had too many: the party that was refused, or the one that had to give way. */
  readonly onRefused: (name: string, party: string) => void;
  /** Ends a member that gives way. */
  readonly evict: (member: T) => void;
  /** A member that has been there for longer gives way to one of its own party, too; absent: none does. */
  readonly staleMs?: number;
  /** Of members that old, those that give way; absent: all. */
  readonly isIdle?: (member: T) => boolean;
  readonly now?: () => number;
}

/**
 * Members by party, so many of each and in sum. Where all places are taken, the oldest member of the party that has most gives
 * way to one that has fewer: who takes every place there is keeps nobody out. Who takes every place of its party keeps its
 * neighbours out for `staleMs` at most.
 */
export class Crowd<T> {
  readonly #options: CrowdOptions<T>;
  /** With the time of entry, the oldest first. */
  readonly #byParty = new Map<string, Map<T, number>>();
  readonly #now: () => number;
  #sum = 0;

  constructor(options: CrowdOptions<T>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** False when there is no place for it. Who was let in leaves with `leave`. */
  admit(party: string, member: T): boolean {
    const { name, perParty, inSum, onRefused, evict } = this.#options;
    if ((this.#byParty.get(party)?.size ?? 0) >= perParty) this.#replaceStale(party);
    const own = this.#byParty.get(party)?.size ?? 0;
    const [largest, most] = this.#sum < inSum ? ["", 0] : this.#largest();
    if (own >= perParty || (this.#sum >= inSum && most <= own + 1)) {
      onRefused(name, party);
      return false;
    }
    const oldest = this.#sum < inSum ? undefined : this.#byParty.get(largest)?.keys().next();
    if (oldest?.done === false) {
      this.leave(largest, oldest.value);
      onRefused(name, largest);
      evict(oldest.value);
    }
    const members = this.#byParty.get(party);
    if (members === undefined) this.#byParty.set(party, new Map([[member, this.#now()]]));
    else members.set(member, this.#now());
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

  #replaceStale(party: string): void {
    const { staleMs, isIdle = () => true, name, onRefused, evict } = this.#options;
    if (staleMs === undefined) return;
    const since = this.#now() - staleMs;
    for (const [member, enteredMs] of this.#byParty.get(party) ?? []) {
      if (enteredMs > since) return;
      if (!isIdle(member)) continue;
      this.leave(party, member);
      onRefused(name, party);
      evict(member);
      return;
    }
  }

  #largest(): [party: string, count: number] {
    let largest: [string, number] = ["", 0];
    for (const [party, { size }] of this.#byParty) if (size > largest[1]) largest = [party, size];
    return largest;
  }
}
