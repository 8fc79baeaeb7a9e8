import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { takeChanged } from "#core/registry/take-changed.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { ConfigIndex } from "#server/compile/config-index.ts";
import { InstanceIndex } from "#server/compile/instance-index.ts";
import { invertChange } from "#server/compile/invert-change.ts";
import type { IndexName, Place } from "#server/compile/places-of.ts";

/** Configuration and registry as they stand, to be looked up and not to be changed. */
export interface Held {
  readonly config: Pick<ConfigIndex, "get" | "has" | "keys" | "refs" | "map" | "list">;
  readonly instances: Pick<InstanceIndex, "get" | "at" | "rarest" | "select">;
  /** Key sets that were fetched, by where from. */
  readonly keySets: ReadonlyMap<string, string>;
  /** Facts of credentials, by `namespace/name`. */
  readonly credentials: ReadonlyMap<string, CredentialFacts>;
  /** All that a proxy may have to know: those of services, and those only virtual services name. */
  readonly hosts: ReadonlySet<string>;
}

/** What a change did to them. */
export interface Edit {
  /** Where resources stood, or stand now. */
  readonly places: readonly Place[];
  /** Those that were there, and those that are now. */
  readonly instances: readonly WorkloadInstance[];
  /** Where key sets are fetched from. */
  readonly keyLocations: readonly string[];
  /** Credentials that are others, `namespace/name`. */
  readonly credentials: readonly string[];
  /** Hosts that nothing defined or named before, and those that nothing does any more. */
  readonly appeared: ReadonlySet<string>;
  readonly left: ReadonlySet<string>;
}

const HOST_INDICES = ["entry", "virtualService", "virtualServicePattern"] as const satisfies readonly IndexName[];

/** Whether something defines or names a host. */
export function definesHost({ config }: Pick<Held, "config">, host: string): boolean {
  return HOST_INDICES.some((index) => config.has(index, host));
}

function hostsOf(places: readonly Place[]): string[] {
  return places.flatMap(({ index, key }) => ((HOST_INDICES as readonly IndexName[]).includes(index) ? [key] : []));
}

/** The one writer of configuration and registry. It knows nobody who asks about them: an edit says what it did. */
export class Holding implements Held {
  readonly config: ConfigIndex;
  readonly instances = new InstanceIndex();
  readonly keySets: Map<string, string>;
  readonly credentials: Map<string, CredentialFacts>;
  readonly hosts = new Set<string>();

  constructor({ mesh, resources, instances, keySets = {}, credentials = {} }: Snapshot) {
    this.credentials = new Map(Object.entries(credentials));
    this.keySets = new Map(Object.entries(keySets));
    this.config = new ConfigIndex(mesh);
    for (const resource of resources) for (const host of hostsOf(this.config.add(resource))) this.hosts.add(host);
    for (const instance of instances) this.instances.add(instance);
  }

  apply(change: SnapshotChange): Edit {
    const places: Place[] = [];
    const remove = (ref: string): void => {
      const old = this.config.get(ref);
      if (old !== undefined) places.push(...this.config.remove(old));
    };
    for (const resource of change.upserts) {
      remove(formatRef(refOf(resource)));
      places.push(...this.config.add(resource));
    }
    for (const ref of change.deletes) remove(formatRef(ref));
    const instances: WorkloadInstance[] = [];
    const removeInstance = (key: string): void => {
      const old = this.instances.get(key);
      if (old === undefined) return;
      this.instances.remove(old);
      instances.push(old);
    };
    for (const instance of change.instanceUpserts) {
      removeInstance(keyOf(instance));
      this.instances.add(instance);
      instances.push(instance);
    }
    for (const key of change.instanceDeletes) removeInstance(key);
    takeChanged(this.keySets, change.keySets);
    takeChanged(this.credentials, change.credentials);
    const keyLocations = Object.keys(change.keySets ?? {});
    const credentials = Object.keys(change.credentials ?? {});
    return { places, instances, keyLocations, credentials, ...this.#followHosts(hostsOf(places)) };
  }

  #followHosts(hosts: readonly string[]): Pick<Edit, "appeared" | "left"> {
    const appeared = new Set<string>();
    const left = new Set<string>();
    for (const host of new Set(hosts)) {
      const isThere = definesHost(this, host);
      if (isThere === this.hosts.has(host)) continue;
      (isThere ? appeared : left).add(host);
      if (isThere) this.hosts.add(host);
      else this.hosts.delete(host);
    }
    return { appeared, left };
  }

  /** The change that takes `change` back. */
  inverse(change: SnapshotChange): SnapshotChange {
    return invertChange(change, {
      resource: (ref) => this.config.get(ref),
      instance: (key) => this.instances.get(key),
      keySets: (sets) =>
        sets && Object.fromEntries(Object.keys(sets).map((location) => [location, this.keySets.get(location) ?? null])),
      credentials: (facts) =>
        facts && Object.fromEntries(Object.keys(facts).map((key) => [key, this.credentials.get(key) ?? null])),
    });
  }

  /** What `ask` answers as if these resources were not there; afterwards they are again, also where it throws. */
  without<T>(refs: readonly string[], ask: () => T): T {
    const held = refs.flatMap((ref) => this.config.get(ref) ?? []);
    for (const resource of held) this.config.remove(resource);
    try {
      return ask();
    } finally {
      for (const resource of held) this.config.add(resource);
    }
  }
}

function keyOf({ namespace, name }: WorkloadInstance): string {
  return `${namespace}/${name}`;
}
