import type { WorkloadInstance } from "#core/registry/instance.ts";

const KEPT_MAX = 5000;

/** Instances that have left, the last of them: their agents' last reports come after them. */
export class Departed {
  readonly #kept = new Map<string, WorkloadInstance>();

  add(key: string, instance: WorkloadInstance): void {
    this.#kept.delete(key);
    this.#kept.set(key, instance);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
  }

  get(key: string): WorkloadInstance | undefined {
    return this.#kept.get(key);
  }
}
