import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { severalSidecars } from "#core/kinds/sidecar/checks/several-sidecars.ts";
import { sidecarHost } from "#core/kinds/sidecar/checks/sidecar-host.ts";
import { concernBySidecar } from "#core/kinds/sidecar/concern.ts";

export const sidecarRelations: KindRelations<"Sidecar"> = {
  checks: [severalSidecars, sidecarHost],
  concern: concernBySidecar,
};
