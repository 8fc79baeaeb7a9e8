import { isSameList } from "#core/is-same-list.ts";
import type { PlannedListener } from "#server/envoy/listeners/captured-listeners.ts";

/** Workloads whose listeners are kept; more are built anew. */
const WORKLOADS_KEPT_MAX = 1000;

interface Kept<B> {
  readonly all: readonly B[];
  readonly byName: ReadonlyMap<string, { readonly inputs: readonly unknown[]; readonly built: B }>;
}

/**
 * Listeners of captured calls by whose they are, of the plan that stands and of the one before: an edit has those built again that
 * follow from what it changes. Who is not asked about while a plan stands is forgotten with the next.
 */
export class KeptListeners<B> {
  #plan: readonly PlannedListener[] | undefined;
  #now = new Map<string, Kept<B>>();
  #before: ReadonlyMap<string, Kept<B>> = new Map();

  /** `plan` is the same object as long as nothing of it is another. */
  take(plan: readonly PlannedListener[], workload: string, build: (planned: PlannedListener) => B): readonly B[] {
    if (this.#plan !== plan) {
      this.#before = this.#now;
      this.#now = new Map();
      this.#plan = plan;
    }
    const known = this.#now.get(workload);
    if (known !== undefined) return known.all;
    const before = this.#before.get(workload)?.byName;
    const byName = new Map(
      plan.map((planned) => {
        const { name, inputs } = planned;
        const kept = before?.get(name);
        const isSame = kept !== undefined && isSameList(kept.inputs, inputs);
        return [name, isSame ? kept : { inputs, built: build(planned) }] as const;
      }),
    );
    const all = [...byName.values()].map(({ built }) => built);
    if (this.#now.size >= WORKLOADS_KEPT_MAX) this.#now.clear();
    this.#now.set(workload, { all, byName });
    return all;
  }
}
