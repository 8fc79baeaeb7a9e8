import type { WorkloadInstance } from "#core/registry/instance.ts";
import { addTo, removeFrom } from "#server/translate/multimap.ts";

/** Registered instances by `namespace/name`, by label, and by where their sidecars listen. */
export class InstanceIndex {
  readonly #instances = new Map<string, WorkloadInstance>();
  readonly #byLabel = new Map<string, Set<string>>();
  readonly #byPlace = new Map<string, Set<string>>();

  add(instance: WorkloadInstance): void {
    const key = `${instance.namespace}/${instance.name}`;
    this.#instances.set(key, instance);
    for (const [label, value] of Object.entries(instance.labels))
      addTo(this.#byLabel, `${instance.namespace}|${label}=${value}`, key);
    for (const { inboundPort } of instance.ports) addTo(this.#byPlace, `${instance.address} ${inboundPort}`, key);
  }

  remove(instance: WorkloadInstance): void {
    const key = `${instance.namespace}/${instance.name}`;
    this.#instances.delete(key);
    for (const [label, value] of Object.entries(instance.labels))
      removeFrom(this.#byLabel, `${instance.namespace}|${label}=${value}`, key);
    for (const { inboundPort } of instance.ports) removeFrom(this.#byPlace, `${instance.address} ${inboundPort}`, key);
  }

  get(key: string): WorkloadInstance | undefined {
    return this.#instances.get(key);
  }

  /** Whose sidecar listens there; undefined where nobody's does, and where several say so. */
  at(address: string, port: number): WorkloadInstance | undefined {
    const [key, ...others] = this.#byPlace.get(`${address} ${port}`) ?? [];
    return key === undefined || others.length > 0 ? undefined : this.#instances.get(key);
  }

  has(key: string): boolean {
    return this.#instances.has(key);
  }

  values(): Iterable<WorkloadInstance> {
    return this.#instances.values();
  }

  /** Instances of a namespace that carry all of these labels, in order of their names. */
  select(namespace: string, labels: Readonly<Record<string, string>>): readonly WorkloadInstance[] {
    const pairs = Object.entries(labels);
    if (pairs.length === 0) return [];
    const sets = pairs.map(([key, value]) => this.#byLabel.get(`${namespace}|${key}=${value}`));
    if (sets.some((set) => set === undefined)) return [];
    const [smallest] = [...sets].sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
    const found = [...(smallest ?? [])].filter((key) => sets.every((set) => set?.has(key))).sort();
    return found.flatMap((key) => this.#instances.get(key) ?? []);
  }
}
