/** How many series there may be: of one account, and in sum. */
export interface ShareLimits {
  readonly perAccount: number;
  readonly inSum: number;
}

/** What may give way. */
interface Member {
  readonly count: number;
  /** False for an account's bucket for the rest: what gives way is counted there. */
  readonly givesWay: boolean;
}

/**
 * Places by account, so many of each and in sum. Where all are taken, the account that has most gives one of its own to an account
 * that has fewer: who comes late has as much as all others.
 */
export class SeriesShares<T extends Member> {
  readonly #limits: ShareLimits;
  readonly #byAccount = new Map<string, Set<T>>();
  /** Those that found no place since the last that was left: nothing else can give them one. */
  readonly #refused = new Set<string>();
  #sum = 0;

  constructor(limits: ShareLimits) {
    this.#limits = limits;
  }

  /** Whether this account was refused, and nothing has changed since that could give it a place. */
  isRefused(account: string): boolean {
    return this.#refused.has(account);
  }

  /** Gives a place to `member`; false when there is none. Told with `giveWay` of the member that lost its own for it, and whose it was. */
  take(account: string, member: T, giveWay: (member: T, account: string) => void): boolean {
    const { perAccount, inSum } = this.#limits;
    const own = this.#byAccount.get(account)?.size ?? 0;
    let from: string | undefined;
    if (own >= perAccount) from = account;
    else if (this.#sum >= inSum) {
      const [largest, most] = this.#largest();
      from = most > own + 1 ? largest : account;
    }
    if (from === account && member.givesWay) {
      this.#refused.add(account);
      return false;
    }
    if (from !== undefined) {
      let least = this.#leastOf(from);
      if (least === undefined && !member.givesWay) {
        from = account;
        least = this.#leastOf(from);
      }
      if (least === undefined) return false;
      this.leave(from, least);
      giveWay(least, from);
    }
    const members = this.#byAccount.get(account);
    if (members === undefined) this.#byAccount.set(account, new Set([member]));
    else members.add(member);
    this.#sum += 1;
    return true;
  }

  /** False when it had no place. */
  leave(account: string, member: T): boolean {
    const members = this.#byAccount.get(account);
    if (members?.delete(member) !== true) return false;
    this.#sum -= 1;
    this.#refused.clear();
    if (members.size === 0) this.#byAccount.delete(account);
    return true;
  }

  #largest(): readonly [account: string, members: number] {
    let largest: readonly [string, number] = ["", 0];
    for (const [account, { size }] of this.#byAccount) if (size > largest[1]) largest = [account, size];
    return largest;
  }

  /** The one with the fewest requests: with it the least is lost. */
  #leastOf(account: string): T | undefined {
    let least: T | undefined;
    for (const member of this.#byAccount.get(account) ?? [])
      if (member.givesWay && member.count <= (least?.count ?? Number.POSITIVE_INFINITY)) least = member;
    return least;
  }
}
