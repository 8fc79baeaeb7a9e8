import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { claimsChecked } from "#core/kinds/virtual-service/checks/claims-checked.ts";
import { delegateUsed } from "#core/kinds/virtual-service/checks/delegate-used.ts";
import { delegates } from "#core/kinds/virtual-service/checks/delegates.ts";
import { destinationHost } from "#core/kinds/virtual-service/checks/destination-host.ts";
import { destinationPort } from "#core/kinds/virtual-service/checks/destination-port.ts";
import { destinationSubset } from "#core/kinds/virtual-service/checks/destination-subset.ts";
import { duplicateHost } from "#core/kinds/virtual-service/checks/duplicate-host.ts";
import { gatewayExists } from "#core/kinds/virtual-service/checks/gateway-exists.ts";
import { gatewayHost } from "#core/kinds/virtual-service/checks/gateway-host.ts";
import { httpOnlyRoutes } from "#core/kinds/virtual-service/checks/http-only-routes.ts";
import { matchPort } from "#core/kinds/virtual-service/checks/match-port.ts";
import { repeatedDestination } from "#core/kinds/virtual-service/checks/repeated-destination.ts";
import { subsetAtGateway } from "#core/kinds/virtual-service/checks/subset-at-gateway.ts";
import { concernByVirtualService } from "#core/kinds/virtual-service/concern.ts";
import { explainVirtualService } from "#core/kinds/virtual-service/explain.ts";

export const virtualServiceRelations: KindRelations<"VirtualService"> = {
  checks: [
    destinationHost,
    destinationSubset,
    gatewayExists,
    gatewayHost,
    duplicateHost,
    destinationPort,
    matchPort,
    delegates,
    delegateUsed,
    claimsChecked,
    httpOnlyRoutes,
    subsetAtGateway,
    repeatedDestination,
  ],
  explain: explainVirtualService,
  concern: concernByVirtualService,
};
