import { ruleOfKey } from "#core/rate-limit/rule-name.ts";
import { type PreparedLimit, readLimitSet } from "#core/simulate/limits/read-limit-set.ts";
import type { RouteLimits, RoutesChange } from "#mesh-agent/limits/read-route-limits.ts";

/** Sets that no route configuration has any more, and that requests on their way may still name. */
const FORMER_MAX = 16;

/** The limits of the route configurations that Envoy has accepted, by the names under which its requests ask for them. */
export class LimitSets {
  /** Route configuration → its sets. */
  readonly #routes = new Map<string, readonly string[]>();
  readonly #sets = new Map<string, readonly PreparedLimit[]>();
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Of all that are in use, by `policy|rule`; undefined: not looked up since these are others. */
  #rules: Map<string, PreparedLimit> | undefined;

  constructor(known: readonly RouteLimits[] = []) {
    for (const route of known) this.#read(route);
  }

  /** What Envoy has accepted since. */
  readonly follow = ({ upserts, removes, keepOnly }: RoutesChange): void => {
    for (const route of upserts) this.#read(route);
    for (const name of removes) this.#routes.delete(name);
    if (keepOnly !== undefined)
      for (const name of this.#routes.keys()) if (!keepOnly.has(name)) this.#routes.delete(name);
    this.#forget();
  };

  /** Its rules, where they are known. */
  get(set: string): readonly PreparedLimit[] | undefined {
    return this.#sets.get(set);
  }

  /** Its rules. Envoy asks for a new one before the agent hears that it was accepted: undefined where none comes in `patienceMs`. */
  async find(set: string, patienceMs: number): Promise<readonly PreparedLimit[] | undefined> {
    const known = this.#sets.get(set);
    if (known !== undefined) return known;
    await new Promise<void>((resolve) => {
      const waiting = this.#waiting.get(set) ?? new Set();
      this.#waiting.set(set, waiting);
      const timer = setTimeout(done, patienceMs);
      function done(): void {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      }
      waiting.add(done);
    });
    if (this.#waiting.get(set)?.size === 0) this.#waiting.delete(set);
    return this.#sets.get(set);
  }

  /** The rule of a bucket's key, of those that are in use. */
  ruleOf(key: string): PreparedLimit | undefined {
    this.#rules ??= new Map(
      [...new Set([...this.#routes.values()].flat())]
        .flatMap((set) => this.#sets.get(set) ?? [])
        .map((rule) => [`${rule.policy}|${rule.name}`, rule]),
    );
    return this.#rules.get(ruleOfKey(key));
  }

  #read({ name, limits }: RouteLimits): void {
    this.#rules = undefined;
    this.#routes.delete(name);
    if (limits.length === 0) return;
    this.#routes.set(
      name,
      limits.map(({ set }) => set),
    );
    for (const { set, rules } of limits) {
      if (!this.#sets.has(set)) this.#sets.set(set, readLimitSet(rules));
      for (const done of [...(this.#waiting.get(set) ?? [])]) done();
    }
  }

  #forget(): void {
    this.#rules = undefined;
    const used = new Set([...this.#routes.values()].flat());
    const former = [...this.#sets.keys()].filter((set) => !used.has(set));
    for (const set of former.slice(0, -FORMER_MAX)) this.#sets.delete(set);
  }
}
