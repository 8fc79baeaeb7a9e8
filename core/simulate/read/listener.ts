import type { Any } from "@bufbuild/protobuf/wkt";
import { type Cidr, parseCidr } from "#core/simulate/address.ts";
import type { ChainMatch, FilterChain, Listener, Served, TcpProxy } from "#core/simulate/listener.ts";
import { readConnectionAsk } from "#core/simulate/read/ask.ts";
import { readHttpManager } from "#core/simulate/read/http-manager.ts";
import { openAny, typeOf } from "#core/simulate/read/open-any.ts";
import { readRbacConfig } from "#core/simulate/read/rbac.ts";
import { readOrigins } from "#core/simulate/read/route.ts";
import { readServerTls } from "#core/simulate/read/transport-socket.ts";
import type { CidrRange } from "#proto/gen/envoy/config/core/v3/address_pb.js";
import {
  type FilterChain as ChainMessage,
  type Filter,
  type FilterChainMatch,
  type ListenerFilterChainMatchPredicate,
  FilterChainMatch_ConnectionSourceType as SourceType,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import type { Listener as ListenerMessage } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { ExtAuthzSchema } from "#proto/gen/envoy/extensions/filters/network/ext_authz/v3/ext_authz_pb.js";
import { HttpConnectionManagerSchema } from "#proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { RBACSchema } from "#proto/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js";
import {
  type FilterConfig as LookUp,
  FilterConfigSchema as LookUpSchema,
} from "#proto/gen/envoy/extensions/filters/network/sni_dynamic_forward_proxy/v3/sni_dynamic_forward_proxy_pb.js";
import {
  type TcpProxy as TcpMessage,
  TcpProxySchema,
} from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";

const SOURCE = {
  [SourceType.ANY]: "any",
  [SourceType.SAME_IP_OR_LOOPBACK]: "same-host",
  [SourceType.EXTERNAL]: "external",
} as const;
const TLS_INSPECTOR = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";
const HTTP_INSPECTOR = "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector";

export function readListener(listener: ListenerMessage): Listener {
  const socket = listener.address?.address;
  const address = socket?.case === "socketAddress" ? socket.value : undefined;
  return {
    name: listener.name,
    address: address?.address ?? "",
    port: address?.portSpecifier.case === "portValue" ? address.portSpecifier.value : 0,
    binds: listener.bindToPort ?? true,
    usesOriginalDestination: listener.useOriginalDst ?? false,
    inspectsTls: readInspector(listener, TLS_INSPECTOR),
    inspectsHttp: readInspector(listener, HTTP_INSPECTOR),
    chains: listener.filterChains.map((chain, index) => readChain(chain, `filterChains[${index}]`, isKnown(listener))),
    defaultChain:
      listener.defaultFilterChain === undefined
        ? undefined
        : readChain(listener.defaultFilterChain, "defaultFilterChain", isKnown(listener)),
  };
}

const ORIGINAL_DESTINATION = "envoy.extensions.filters.listener.original_dst.v3.OriginalDst";
/** Others may change who calls, and where to. */
const LISTENER_FILTERS: ReadonlySet<string> = new Set([TLS_INSPECTOR, HTTP_INSPECTOR, ORIGINAL_DESTINATION]);
const NETWORK_FILTERS: ReadonlySet<string> = new Set([
  RBACSchema.typeName,
  ExtAuthzSchema.typeName,
  HttpConnectionManagerSchema.typeName,
  TcpProxySchema.typeName,
  LookUpSchema.typeName,
]);

/** Whether all that a listener asks before its chains is known here. */
function isKnown({ listenerFilters }: ListenerMessage): boolean {
  return listenerFilters.every(
    ({ configType }) => configType.case === "typedConfig" && LISTENER_FILTERS.has(typeOf(configType.value)),
  );
}

function readInspector({ listenerFilters }: ListenerMessage, type: string): Listener["inspectsTls"] {
  const found = listenerFilters.filter(
    ({ configType }) => configType.case === "typedConfig" && typeOf(configType.value) === type,
  );
  return (port) =>
    found.some(({ filterDisabled }) => filterDisabled === undefined || !isDisabled(filterDisabled, port));
}

function isDisabled({ rule }: ListenerFilterChainMatchPredicate, port: number): boolean {
  switch (rule.case) {
    case "anyMatch":
      return rule.value;
    case "destinationPortRange":
      return port >= rule.value.start && port < rule.value.end;
    case "orMatch":
      return rule.value.rules.some((each) => isDisabled(each, port));
    case "andMatch":
      return rule.value.rules.every((each) => isDisabled(each, port));
    case "notMatch":
      return !isDisabled(rule.value, port);
    default:
      return false;
  }
}

function readChain(chain: ChainMessage, path: string, isListenerKnown: boolean): FilterChain {
  const filters = chain.filters.map((filter, index) => ({
    config: configOf(filter),
    path: `${path}.filters[${index}]`,
  }));
  return {
    name: chain.name,
    path,
    match: readMatch(chain.filterChainMatch),
    origins: readOrigins(chain.metadata),
    tls: readServerTls(chain.transportSocket),
    guards: filters.flatMap(({ config, path: at }): FilterChain["guards"] => {
      const rbac = openAny(RBACSchema, config);
      if (rbac !== undefined) return [{ ...readRbacConfig(rbac), path: at }];
      const ask = openAny(ExtAuthzSchema, config);
      return ask === undefined ? [] : [{ ...readConnectionAsk(ask), path: at }];
    }),
    serves:
      isListenerKnown && filters.every(({ config }) => NETWORK_FILTERS.has(typeOf(config)))
        ? withLookUp(
            filters.map(({ config, path: at }) => readLast(config, at)).find((each) => each !== undefined),
            filters.flatMap(({ config }) => openAny(LookUpSchema, config) ?? [])[0],
          )
        : undefined,
  };
}

function withLookUp(served: Served | undefined, lookUp: LookUp | undefined): Served | undefined {
  if (served?.kind !== "tcp" || lookUp === undefined) return served;
  return { ...served, lookedUpAt: lookUp.portSpecifier.case === "portValue" ? lookUp.portSpecifier.value : HTTPS_PORT };
}

const HTTPS_PORT = 443;

function configOf({ configType }: Filter) {
  return configType.case === "typedConfig" ? configType.value : undefined;
}

function readLast(config: Any | undefined, path: string): Served | undefined {
  const manager = openAny(HttpConnectionManagerSchema, config);
  if (manager !== undefined) return { ...readHttpManager(manager), path };
  const tcp = openAny(TcpProxySchema, config);
  return tcp === undefined ? undefined : { ...readTcpProxy(tcp), path };
}

function readTcpProxy({ clusterSpecifier: wanted }: TcpMessage): TcpProxy {
  const clusters =
    wanted.case === "weightedClusters"
      ? wanted.value.clusters.map(({ name, weight }) => ({ name, weight }))
      : [{ name: wanted.value ?? "", weight: 1 }];
  return {
    kind: "tcp",
    clusters: clusters.map(({ name }) => name),
    weights: clusters.map(({ weight }) => weight),
    lookedUpAt: undefined,
  };
}

function readMatch(match: FilterChainMatch | undefined): ChainMatch {
  return {
    destinationPort: match?.destinationPort ?? 0,
    destinations: ranges(match?.prefixRanges),
    serverNames: (match?.serverNames ?? []).map((name) => name.toLowerCase()),
    transportProtocol: match?.transportProtocol ?? "",
    applicationProtocols: match?.applicationProtocols ?? [],
    directSources: ranges(match?.directSourcePrefixRanges),
    sourceType: SOURCE[match?.sourceType ?? SourceType.ANY],
    sources: ranges(match?.sourcePrefixRanges),
    sourcePorts: match?.sourcePorts ?? [],
  };
}

function ranges(all: readonly CidrRange[] = []): Cidr[] {
  return all.flatMap(({ addressPrefix, prefixLen }) => parseCidr(addressPrefix, prefixLen ?? 0) ?? []);
}
