/** What an attempt is told; `waitMs` where it may not be made yet. One that may be made has been counted as a wrong one. */
export type SignInVerdict = { readonly may: true } | { readonly may: false; readonly waitMs: number };

interface Failures {
  count: number;
  lastMs: number;
}

/** Wrong passwords of one account from one address before each further one has to wait, twice as long every time. */
const FREE_TRIES = 5;
const FIRST_WAIT_MS = 1000;
const WAIT_MAX_MS = 5 * 60_000;
/** Of one account from all addresses it has never been signed in from, in a window. */
const STRANGERS_TRIES = 30;
const WINDOW_MS = 10 * 60_000;
/** Pairs and accounts that are remembered; the ones that failed longest ago are forgotten. */
const REMEMBERED_MAX = 10_000;

/**
 * Bounds the guessing of one account's password. From one address each wrong one makes the next wait longer; from many
 * addresses together there are so many tries in a window. Whoever comes from an address that the account was signed in
 * from before is not held up by what strangers do elsewhere, so none of them can lock a person out. An attempt counts from
 * when it begins: any number of them at the same moment are so many.
 */
export class SignInLimits {
  readonly #byPair = new Map<string, Failures>();
  readonly #byAccount = new Map<string, { startMs: number; count: number }>();

  /** `isKnown` is asked only where it matters: whether the account was signed in from this address before. */
  async begin(
    account: string,
    address: string,
    nowMs: number,
    isKnown: () => Promise<boolean>,
  ): Promise<SignInVerdict> {
    const pair = this.#byPair.get(`${account} ${address}`);
    if (pair !== undefined && pair.count >= FREE_TRIES) {
      const wait = Math.min(FIRST_WAIT_MS * 2 ** (pair.count - FREE_TRIES), WAIT_MAX_MS);
      const left = pair.lastMs + wait - nowMs;
      if (left > 0) return { may: false, waitMs: left };
    }
    const all = this.#byAccount.get(account);
    this.#count(account, address, nowMs);
    if (all === undefined || nowMs - all.startMs >= WINDOW_MS || all.count < STRANGERS_TRIES) return { may: true };
    if (await isKnown()) return { may: true };
    this.notMade(account, address);
    return { may: false, waitMs: all.startMs + WINDOW_MS - nowMs };
  }

  succeeded(account: string, address: string): void {
    this.notMade(account, address);
    this.#byPair.delete(`${account} ${address}`);
  }

  /** Takes back what `begin` counted. */
  notMade(account: string, address: string): void {
    const key = `${account} ${address}`;
    const pair = this.#byPair.get(key);
    if (pair !== undefined && pair.count <= 1) this.#byPair.delete(key);
    else if (pair !== undefined) this.#byPair.set(key, { ...pair, count: pair.count - 1 });
    const all = this.#byAccount.get(account);
    if (all !== undefined) this.#byAccount.set(account, { ...all, count: Math.max(0, all.count - 1) });
  }

  #count(account: string, address: string, nowMs: number): void {
    const key = `${account} ${address}`;
    const pair = this.#byPair.get(key);
    const isOver = pair !== undefined && nowMs - pair.lastMs > 2 * WAIT_MAX_MS;
    remember(this.#byPair, key, { count: isOver ? 1 : (pair?.count ?? 0) + 1, lastMs: nowMs });
    const all = this.#byAccount.get(account);
    const isNew = all === undefined || nowMs - all.startMs >= WINDOW_MS;
    remember(this.#byAccount, account, isNew ? { startMs: nowMs, count: 1 } : { ...all, count: all.count + 1 });
  }
}

/** Enters it as the newest, and forgets the oldest beyond the bound. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= REMEMBERED_MAX) break;
    map.delete(oldest);
  }
}
