import type { Notify, Topic } from "#server/notify/notify.ts";

/** Within this process: all there is while one server has the stores to itself. */
export class ProcessNotify implements Notify {
  readonly #listeners = new Map<Topic, Set<() => void | Promise<void>>>();

  async tell(topic: Topic): Promise<void> {
    const told = [...(this.#listeners.get(topic) ?? [])].map(async (listener) => listener());
    for (const outcome of await Promise.allSettled(told)) if (outcome.status === "rejected") throw outcome.reason;
  }

  on(topic: Topic, listener: () => void | Promise<void>): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }
}
