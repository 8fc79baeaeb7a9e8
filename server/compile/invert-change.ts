import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { SnapshotChange } from "#core/registry/snapshot.ts";
import { type AnyResource, formatRef, refOf } from "#core/resource/resource.ts";

/** What there is now, before a change. */
export interface Present {
  /** By its ref. */
  readonly resource: (ref: string) => AnyResource | undefined;
  /** By `namespace/name`. */
  readonly instance: (key: string) => WorkloadInstance | undefined;
  readonly keySets: (change: SnapshotChange["keySets"]) => SnapshotChange["keySets"];
  readonly credentials: (change: SnapshotChange["credentials"]) => SnapshotChange["credentials"];
}

/** The change that takes `change` back. */
export function invertChange(change: SnapshotChange, present: Present): SnapshotChange {
  const refs = [...change.upserts.map(refOf), ...change.deletes];
  const keys = [
    ...change.instanceUpserts.map(({ namespace, name }) => `${namespace}/${name}`),
    ...change.instanceDeletes,
  ];
  const keySets = present.keySets(change.keySets);
  const credentials = present.credentials(change.credentials);
  return {
    revision: change.revision,
    upserts: refs.flatMap((ref) => present.resource(formatRef(ref)) ?? []),
    deletes: change.upserts.map(refOf).filter((ref) => present.resource(formatRef(ref)) === undefined),
    instanceUpserts: keys.flatMap((key) => present.instance(key) ?? []),
    instanceDeletes: keys.filter((key) => present.instance(key) === undefined),
    ...(keySets === undefined ? {} : { keySets }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}
