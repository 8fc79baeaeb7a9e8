import type { Kind } from "#core/kinds/kinds.ts";
import type { CredentialFacts } from "#core/registry/credential.ts";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { MeshSettings, Snapshot, SnapshotChange } from "#core/registry/snapshot.ts";
import { takeChanged } from "#core/registry/take-changed.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { type AnyResource, formatRef, type Resource, refOf } from "#core/resource/resource.ts";

/** Revisions of which is known when they were published: requests are told of within minutes. */
const PUBLISHED_MAX = 500;

/** The configuration and registry as they stand, for those on the main thread who read them. */
export class MeshState {
  readonly #resources = new Map<string, AnyResource>();
  readonly #instances = new Map<string, WorkloadInstance>();
  readonly #keySets: Map<string, string>;
  readonly #credentials: Map<string, CredentialFacts>;
  readonly #mesh: MeshSettings;
  #revision: number;
  #snapshot: Snapshot | undefined;
  #listed: readonly AnyResource[] | undefined;
  /** When revisions were published here, the oldest first. */
  readonly #published: { readonly revision: number; readonly atMs: number }[] = [];
  readonly #now: () => number;

  constructor(snapshot: Snapshot, now: () => number = Date.now) {
    this.#now = now;
    this.#published.push({ revision: snapshot.revision, atMs: now() });
    this.#mesh = snapshot.mesh;
    this.#revision = snapshot.revision;
    this.#keySets = new Map(Object.entries(snapshot.keySets ?? {}));
    this.#credentials = new Map(Object.entries(snapshot.credentials ?? {}));
    for (const resource of snapshot.resources) this.#resources.set(formatRef(refOf(resource)), resource);
    for (const instance of snapshot.instances) this.#instances.set(`${instance.namespace}/${instance.name}`, instance);
  }

  apply(change: SnapshotChange): void {
    this.#snapshot = undefined;
    if (change.upserts.length + change.deletes.length > 0) this.#listed = undefined;
    if (change.revision > this.#revision) {
      this.#revision = change.revision;
      this.#published.push({ revision: change.revision, atMs: this.#now() });
      if (this.#published.length > PUBLISHED_MAX) this.#published.shift();
    }
    for (const resource of change.upserts) this.#resources.set(formatRef(refOf(resource)), resource);
    for (const ref of change.deletes) this.#resources.delete(formatRef(ref));
    for (const instance of change.instanceUpserts)
      this.#instances.set(`${instance.namespace}/${instance.name}`, instance);
    for (const key of change.instanceDeletes) this.#instances.delete(key);
    takeChanged(this.#keySets, change.keySets);
    takeChanged(this.#credentials, change.credentials);
  }

  get revision(): number {
    return this.#revision;
  }

  /** The revision that was published last at a time; null for times before this process knows. */
  revisionAt(atMs: number): number | null {
    return this.#published.findLast((each) => each.atMs <= atMs)?.revision ?? null;
  }

  /** Made once per change; its resources are the same list until one of them changes, so what is known of a list is known on. */
  snapshot(): Snapshot {
    this.#listed ??= [...this.#resources.values()];
    this.#snapshot ??= {
      revision: this.#revision,
      mesh: this.#mesh,
      resources: this.#listed,
      instances: [...this.#instances.values()],
      ...(this.#keySets.size === 0 ? {} : { keySets: Object.fromEntries(this.#keySets) }),
      ...(this.#credentials.size === 0 ? {} : { credentials: Object.fromEntries(this.#credentials) }),
    };
    return this.#snapshot;
  }

  find<K extends Kind>(kind: K, namespace: string, name: string): Resource<K> | undefined {
    return this.#resources.get(`${kind}/${namespace}/${name}`) as Resource<K> | undefined;
  }

  all<K extends Kind>(kind: K): readonly Resource<K>[] {
    return ofKind(this.snapshot().resources, kind);
  }
}
