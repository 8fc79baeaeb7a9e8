import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { overrulesStartUp } from "#core/kinds/mesh-config/checks/overrules-start-up.ts";
import { concernByMeshConfig } from "#core/kinds/mesh-config/concern.ts";

export const meshConfigRelations: KindRelations<"MeshConfig"> = {
  checks: [overrulesStartUp],
  concern: concernByMeshConfig,
};
