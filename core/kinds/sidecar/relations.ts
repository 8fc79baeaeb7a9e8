import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { severalSidecars } from "#core/kinds/sidecar/checks/several-sidecars.ts";
import { sidecarHost } from "#core/kinds/sidecar/checks/sidecar-host.ts";
import { sidecarPort } from "#core/kinds/sidecar/checks/sidecar-port.ts";
import { concernBySidecar } from "#core/kinds/sidecar/concern.ts";

export const sidecarRelations: KindRelations<"Sidecar"> = {
  checks: [severalSidecars, sidecarHost, sidecarPort],
  concern: concernBySidecar,
};
