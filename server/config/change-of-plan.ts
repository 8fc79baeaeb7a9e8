import type { SnapshotChange } from "#core/registry/snapshot.ts";
import type { Plan } from "#server/config/store.ts";

/** What a plan would make of the configuration, as `revision`, if it were applied. */
export function changeOfPlan({ upserts, deletes }: Plan, revision: number): SnapshotChange {
  return { revision, upserts, deletes, instanceUpserts: [], instanceDeletes: [] };
}
