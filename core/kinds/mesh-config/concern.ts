import { type ChangeOf, CONCERNED, type Concerning } from "#core/traffic/concern.ts";

/** What all proxies have in common bears on all that goes through them. */
export function concernByMeshConfig(_change: ChangeOf<"MeshConfig">): Concerning {
  return { basis: "all requests", of: () => ({ ...CONCERNED, isUpperBound: true }) };
}
