/** Of one instance: who names runs that never were with every word would have all of them remembered. */
export const RUNS_MAX = 32;

/**
 * Runs that are over and may hold something yet, each with the one that goes on from it where one does. They are asked for by instance: what one
 * says of its runs makes no other's draws longer.
 */
export class EndedRuns {
  readonly #instanceOf: (agent: string) => string;
  readonly #byInstance = new Map<string, Map<string, string | undefined>>();
  /** All of them: asked of each holder of each key. */
  readonly #all = new Set<string>();

  constructor(instanceOf: (agent: string) => string) {
    this.#instanceOf = instanceOf;
  }

  has(agent: string): boolean {
    return this.#all.has(agent);
  }

  end(agent: string, successor: string | undefined): void {
    const instance = this.#instanceOf(agent);
    const runs = this.#byInstance.get(instance) ?? new Map<string, string | undefined>();
    this.#byInstance.set(instance, runs);
    runs.delete(agent);
    runs.set(agent, successor);
    this.#all.add(agent);
    const [first] = runs.keys();
    if (runs.size > RUNS_MAX && first !== undefined) this.forget(first);
  }

  /** Those of which the run says what goes on: that it went on from, and those of its instance that none did. */
  before(agent: string): readonly string[] {
    const runs = this.#byInstance.get(this.#instanceOf(agent)) ?? [];
    return [...runs].flatMap(([ended, successor]) => (successor === undefined || successor === agent ? [ended] : []));
  }

  forget(agent: string): void {
    if (!this.#all.delete(agent)) return;
    const instance = this.#instanceOf(agent);
    const runs = this.#byInstance.get(instance);
    runs?.delete(agent);
    if (runs?.size === 0) this.#byInstance.delete(instance);
  }

  /** Forgets all but these. */
  keep(agents: ReadonlySet<string>): void {
    for (const agent of this.#all) if (!agents.has(agent)) this.forget(agent);
  }
}
