import { defineKind } from "#core/kinds/kind.ts";
import { describeMeshConfig } from "#core/kinds/mesh-config/effect.ts";
import { listMeshFiles } from "#core/kinds/mesh-config/files.ts";
import { MESH_CONFIG, MESH_CONFIG_PLACE } from "#core/kinds/mesh-config/schema.ts";
import { validateMeshConfig } from "#core/kinds/mesh-config/validate.ts";

export const meshConfig = defineKind({
  group: "mesh.pharos.dev",
  plural: "meshconfigs",
  short: "mc",
  area: "traffic",
  blame: 11,
  only: MESH_CONFIG_PLACE,
  schema: MESH_CONFIG,
  isProtoJson: true,
  validate: ({ spec }) => validateMeshConfig(spec),
  template: { outboundTrafficPolicy: { mode: "ALLOW_ANY" } },
  files: listMeshFiles,
  effect: ({ spec }) => describeMeshConfig(spec),
});
