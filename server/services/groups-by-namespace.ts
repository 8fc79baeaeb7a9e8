import type { MeshState } from "#server/services/mesh-state.ts";

/** Names of the WorkloadGroups of a namespace; worked out once for each revision, as every heartbeat asks. */
export function groupsByNamespace(
  state: Pick<MeshState, "revision" | "all">,
): (namespace: string) => readonly string[] {
  let revision = -1;
  let names: ReadonlyMap<string, readonly string[]> = new Map();
  return (namespace) => {
    if (revision !== state.revision) {
      revision = state.revision;
      const groups = Map.groupBy(state.all("WorkloadGroup"), ({ metadata }) => metadata.namespace);
      names = new Map(Array.from(groups, ([each, own]) => [each, own.map(({ metadata }) => metadata.name)]));
    }
    return names.get(namespace) ?? [];
  };
}
