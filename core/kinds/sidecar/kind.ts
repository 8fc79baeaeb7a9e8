import { defineKind } from "#core/kinds/kind.ts";
import { describeSidecar } from "#core/kinds/sidecar/effect.ts";
import { listSidecarFiles } from "#core/kinds/sidecar/files.ts";
import { SIDECAR } from "#core/kinds/sidecar/schema.ts";
import { validateSidecar } from "#core/kinds/sidecar/validate.ts";

export const sidecar = defineKind({
  group: "networking.istio.io",
  plural: "sidecars",
  short: "sc",
  area: "traffic",
  blame: 8,
  schema: SIDECAR,
  validate: ({ spec }) => validateSidecar(spec),
  selector: ({ workloadSelector }) => ({
    labels: workloadSelector?.labels,
    path: ["spec", "workloadSelector"],
    among: "own-namespace",
  }),
  files: listSidecarFiles,
  template: { egress: [{ hosts: ["./*", "istio-system/*"] }] },
  effect: describeSidecar,
});
