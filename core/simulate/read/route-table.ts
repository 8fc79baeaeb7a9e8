import { base64Decode } from "@bufbuild/protobuf/wire";
import { readLimitSet } from "#core/simulate/limits/read-limit-set.ts";
import { readHeaderOperations } from "#core/simulate/read/header-operations.ts";
import { readPerFilter } from "#core/simulate/read/per-filter.ts";
import { readRoute } from "#core/simulate/read/route.ts";
import type { RouteTable, VirtualHost } from "#core/simulate/route.ts";
import { LIMITS_METADATA, limitSetsOf } from "#core/xds/limits-metadata.ts";
import {
  VirtualHost_TlsRequirementType as TlsRequirement,
  type VirtualHost as VirtualHostMessage,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { RouteConfiguration } from "#proto/gen/envoy/config/route/v3/route_pb.js";

const TLS = {
  [TlsRequirement.NONE]: "none",
  [TlsRequirement.EXTERNAL_ONLY]: "external-only",
  [TlsRequirement.ALL]: "all",
} as const;

export function readVirtualHost(host: VirtualHostMessage): VirtualHost {
  return {
    name: host.name,
    domains: host.domains,
    routes: host.routes.map(readRoute),
    requiresTls: TLS[host.requireTls],
    request: readHeaderOperations(host.requestHeadersToAdd, host.requestHeadersToRemove),
    response: readHeaderOperations(host.responseHeadersToAdd, host.responseHeadersToRemove),
    perFilter: readPerFilter(host.typedPerFilterConfig),
    countsAttempts: host.includeRequestAttemptCount,
  };
}

export function readRouteTable(config: RouteConfiguration): RouteTable {
  return {
    name: config.name,
    virtualHosts: config.virtualHosts.map(readVirtualHost),
    isDiscovered: config.vhds !== undefined,
    ignoresPort: config.ignorePortInHostMatching,
    mostSpecificWins: config.mostSpecificHeaderMutationsWins,
    request: readHeaderOperations(config.requestHeadersToAdd, config.requestHeadersToRemove),
    response: readHeaderOperations(config.responseHeadersToAdd, config.responseHeadersToRemove),
    perFilter: readPerFilter(config.typedPerFilterConfig),
    limits: limitsOf(config),
  };
}

function limitsOf({ metadata }: RouteConfiguration): RouteTable["limits"] {
  const sets = limitSetsOf(metadata?.filterMetadata[LIMITS_METADATA]);
  return new Map([...sets].map(([set, rules]) => [set, readLimitSet(base64Decode(rules))]));
}
