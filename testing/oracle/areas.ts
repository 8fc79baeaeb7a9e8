import type { Area } from "#testing/oracle/area.ts";
import { authorization } from "#testing/oracle/areas/authorization.ts";
import { clusters } from "#testing/oracle/areas/clusters.ts";
import { connections } from "#testing/oracle/areas/connections.ts";
import { gateways } from "#testing/oracle/areas/gateways.ts";
import { inbound } from "#testing/oracle/areas/inbound.ts";
import { localities } from "#testing/oracle/areas/localities.ts";
import { mtls } from "#testing/oracle/areas/mtls.ts";
import { servers } from "#testing/oracle/areas/servers.ts";
import { sidecarRoutes } from "#testing/oracle/areas/sidecar-routes.ts";
import { validation } from "#testing/oracle/areas/validation.ts";

/** All that is compared. */
export const AREAS: readonly Area[] = [
  validation,
  gateways,
  servers,
  sidecarRoutes,
  connections,
  clusters,
  localities,
  mtls,
  authorization,
  inbound,
];
