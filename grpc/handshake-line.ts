import type { Allowance } from "#grpc/limits.ts";

export interface HandshakeLineOptions<T> extends Allowance {
  /** After so long one that is under way gives way to one that waits. */
  readonly staleMs: number;
  readonly begin: (member: T) => void;
  /** Ends one that gives way. */
  readonly evict: (member: T, party: string) => void;
  readonly now?: () => number;
}

/**
 * Handshakes under way, so many of each party and in sum. A signature is made for each that begins, which costs more than asking for
 * one. The others wait: parties in turn, and of a party the newest first, as whoever has waited for long has mostly hung up. Who
 * begins and does not go on gives way to who waits; nobody's neighbour is kept out for long.
 */
export class HandshakeLine<T> {
  readonly #options: HandshakeLineOptions<T>;
  readonly #now: () => number;
  /** The next party first; of each the newest last. */
  readonly #waiting = new Map<string, T[]>();
  /** With the time when it began, the oldest first. */
  readonly #underWay = new Map<string, Map<T, number>>();
  #sum = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HandshakeLineOptions<T>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  enter(party: string, member: T): void {
    const waiting = this.#waiting.get(party);
    if (waiting === undefined) this.#waiting.set(party, [member]);
    else waiting.push(member);
    this.#serve();
  }

  /** It has ended, or has gone; no matter whether it had begun. */
  leave(party: string, member: T): void {
    const waiting = this.#waiting.get(party) ?? [];
    const at = waiting.lastIndexOf(member);
    if (at >= 0) waiting.splice(at, 1);
    if (waiting.length === 0) this.#waiting.delete(party);
    if (this.#forget(party, member)) this.#serve();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #forget(party: string, member: T): boolean {
    const own = this.#underWay.get(party);
    if (own?.delete(member) !== true) return false;
    this.#sum -= 1;
    if (own.size === 0) this.#underWay.delete(party);
    return true;
  }

  #serve(): void {
    clearTimeout(this.#timer);
    let againInMs = Number.POSITIVE_INFINITY;
    // Whoever is served goes to the end, where this loop meets it again.
    for (const [party, waiting] of this.#waiting) {
      const inMs = this.#makeRoom(party);
      if (inMs > 0) {
        againInMs = Math.min(againInMs, inMs);
        continue;
      }
      this.#waiting.delete(party);
      const newest = waiting.pop();
      if (newest === undefined) continue;
      if (waiting.length > 0) this.#waiting.set(party, waiting);
      const own = this.#underWay.get(party) ?? new Map<T, number>();
      this.#underWay.set(party, own);
      own.set(newest, this.#now());
      this.#sum += 1;
      this.#options.begin(newest);
    }
    if (againInMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#serve(), againInMs);
    this.#timer.unref();
  }

  /** In how many ms there may be room for one more of a party; 0: there is. */
  #makeRoom(party: string): number {
    const { perParty, inSum, staleMs, evict } = this.#options;
    const isFull = (this.#underWay.get(party)?.size ?? 0) >= perParty;
    if (!isFull && this.#sum < inSum) return 0;
    const from = isFull ? party : this.#largest();
    const oldest = this.#underWay.get(from)?.entries().next();
    if (oldest?.done !== false) return staleMs;
    const [member, begunMs] = oldest.value;
    const leftMs = begunMs + staleMs - this.#now();
    if (leftMs > 0) return leftMs;
    this.#forget(from, member);
    evict(member, from);
    return 0;
  }

  #largest(): string {
    let [largest, most] = ["", 0];
    for (const [party, { size }] of this.#underWay) if (size > most) [largest, most] = [party, size];
    return largest;
  }
}
