export interface PresenceOptions {
  readonly graceMs: number;
  readonly now: () => number;
  /** Nobody was there for `graceMs`. What rejects is tried again as long after. */
  readonly onGone: (key: string) => Promise<void>;
}

/** An agent is heard every ten seconds; one that missed two is not there. */
const PRESENT_MS = 25_000;

/** Whether each registered instance (`namespace/name`) is there: when its agent was heard, and whether its proxy is connected, was, or is awaited. */
export class Presence {
  readonly #options: PresenceOptions;
  /** Node ids by instance, registered or not: a proxy may connect before its agent registers. */
  readonly #nodes = new Map<string, Set<string>>();
  /** Registered instances whose proxy is connected, or was. */
  readonly #come = new Set<string>();
  readonly #heardMs = new Map<string, number>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** One that was registered before this server started. */
  restore(key: string, hadCome: boolean): void {
    if (hadCome) this.#come.add(key);
    this.#leave(key);
  }

  /** Its agent has registered it. Of one whose proxy is awaited the grace period begins anew; of one whose proxy has left it runs on. */
  heard(key: string): void {
    this.#heardMs.set(key, this.#options.now());
    if (this.#nodes.has(key)) this.#arrive(key);
    else if (!this.#come.has(key)) this.#leave(key);
  }

  connected(key: string, id: string): void {
    const nodes = this.#nodes.get(key);
    if (nodes === undefined) this.#nodes.set(key, new Set([id]));
    else nodes.add(id);
    if (this.#heardMs.has(key) || this.#leaving.has(key)) this.#arrive(key);
  }

  disconnected(key: string, id: string): void {
    const nodes = this.#nodes.get(key);
    nodes?.delete(id);
    if (nodes !== undefined && nodes.size > 0) return;
    this.#nodes.delete(key);
    if (this.#come.has(key)) this.#leave(key);
  }

  /** Whether its proxy has connected since it was registered. */
  hasCome(key: string): boolean {
    return this.#come.has(key);
  }

  /** Heard of late, and its proxy has not left. */
  isPresent(key: string): boolean {
    const heardMs = this.#heardMs.get(key) ?? -Infinity;
    const hasLeft = this.#come.has(key) && !this.#nodes.has(key);
    return !hasLeft && heardMs >= this.#options.now() - PRESENT_MS;
  }

  /** It is not registered any more. */
  forget(key: string): void {
    clearTimeout(this.#leaving.get(key));
    this.#leaving.delete(key);
    this.#come.delete(key);
    this.#heardMs.delete(key);
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
  }

  #arrive(key: string): void {
    clearTimeout(this.#leaving.get(key));
    this.#leaving.delete(key);
    this.#come.add(key);
  }

  #leave(key: string): void {
    clearTimeout(this.#leaving.get(key));
    const { onGone, graceMs } = this.#options;
    const timer = setTimeout(() => void onGone(key).catch(() => this.#leave(key)), graceMs);
    timer.unref();
    this.#leaving.set(key, timer);
  }
}
