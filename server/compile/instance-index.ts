import type { WorkloadInstance } from "#core/registry/instance.ts";
import { ALL_NAMESPACES } from "#server/compile/all-namespaces.ts";
import { addTo, removeFrom } from "#server/compile/multimap.ts";
import { labelKey } from "#server/compile/places-of.ts";

/** Registered instances by `namespace/name`, by label, and by where their sidecars listen. */
export class InstanceIndex {
  readonly #instances = new Map<string, WorkloadInstance>();
  readonly #byLabel = new Map<string, Set<string>>();
  readonly #bySidecar = new Map<string, Set<string>>();

  add(instance: WorkloadInstance): void {
    const key = `${instance.namespace}/${instance.name}`;
    this.#instances.set(key, instance);
    for (const place of labelsOf(instance)) addTo(this.#byLabel, place, key);
    for (const place of sidecarsOf(instance)) addTo(this.#bySidecar, place, key);
  }

  remove(instance: WorkloadInstance): void {
    const key = `${instance.namespace}/${instance.name}`;
    this.#instances.delete(key);
    for (const place of labelsOf(instance)) removeFrom(this.#byLabel, place, key);
    for (const place of sidecarsOf(instance)) removeFrom(this.#bySidecar, place, key);
  }

  get(key: string): WorkloadInstance | undefined {
    return this.#instances.get(key);
  }

  /** Whose sidecar listens at an `address port`; undefined where nobody's does, and where several say so. */
  at(place: string): WorkloadInstance | undefined {
    const [key, ...others] = this.#bySidecar.get(place) ?? [];
    return key === undefined || others.length > 0 ? undefined : this.#instances.get(key);
  }

  /** Of these labels, the place of the one that the fewest carry; undefined where there are none. */
  rarest(namespace: string, labels: Readonly<Record<string, string>>): string | undefined {
    const all = Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value));
    const count = (place: string): number => this.#byLabel.get(place)?.size ?? 0;
    return all.reduce<string | undefined>(
      (best, place) => (best === undefined || count(place) < count(best) ? place : best),
      undefined,
    );
  }

  /** Instances of a namespace, or of all, that carry all of these labels, in order of their names; none where there are no labels. */
  select(namespace: string, labels: Readonly<Record<string, string>>): readonly WorkloadInstance[] {
    const rarest = this.rarest(namespace, labels);
    if (rarest === undefined) return [];
    const sets = Object.entries(labels).map(([label, value]) => this.#byLabel.get(labelKey(namespace, label, value)));
    const found = [...(this.#byLabel.get(rarest) ?? [])].filter((key) => sets.every((set) => set?.has(key))).sort();
    return found.flatMap((key) => this.#instances.get(key) ?? []);
  }
}

/** `address port` of each port where an instance's sidecar listens. */
export function sidecarsOf({ address, ports }: WorkloadInstance): string[] {
  return ports.map(({ inboundPort }) => `${address} ${inboundPort}`);
}

function labelsOf({ namespace, labels }: WorkloadInstance): string[] {
  return Object.entries(labels).flatMap(([label, value]) => [
    labelKey(namespace, label, value),
    labelKey(ALL_NAMESPACES, label, value),
  ]);
}
