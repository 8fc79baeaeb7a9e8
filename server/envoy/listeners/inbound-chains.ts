import { trustDomainsOf } from "#core/identity/trust-domains.ts";
import { isHttp } from "#core/model/protocol.ts";
import { resolveAuthorizers } from "#core/resolve/authorizers.ts";
import { readGuards } from "#core/resolve/guarding-policy.ts";
import type { InboundPort } from "#core/resolve/inbound-ports.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type {
  FilterChainMatchSchema,
  FilterChainSchema,
  FilterSchema,
} from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import type { CompileReader } from "#server/compile/compile-reader.ts";
import { HANDSHAKE_TIMEOUT_MS, meshDownstream } from "#server/envoy/build-tls.ts";
import { chainFilters } from "#server/envoy/features/network-filters.ts";
import { buildHandshakenTcpLog, buildPlainTcpLog } from "#server/envoy/listeners/build-access-log.ts";
import { buildServerTls } from "#server/envoy/listeners/build-server-tls.ts";
import { listCheckedTokens } from "#server/envoy/listeners/checked-tokens.ts";
import { buildHttpManager, type ProxyTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import { inboundCluster } from "#server/envoy/names.ts";
import { durationMs, type Init, typed } from "#server/envoy/pack.ts";
import { HTTP_ALPN, INSPECTED_HTTP } from "#server/envoy/protocol.ts";

type ChainInit = Init<typeof FilterChainSchema>;
type FilterInit = Init<typeof FilterSchema>;

export interface InboundContext {
  readonly world: CompileReader;
  readonly node: ProxyNode;
  readonly labels: Readonly<Record<string, string>>;
  readonly telemetry: ProxyTelemetry;
}

/** The filter chains of one port, and what has to be known of a connection to choose among them. */
export interface BuiltChains {
  /** Where connections come to. */
  readonly port: number;
  readonly chains: readonly ChainInit[];
  readonly inspectsTls: boolean;
  readonly inspectsHttp: boolean;
}

function filters(
  port: InboundPort,
  { world, node, labels, telemetry }: InboundContext,
  { isPlain, speaksHttp }: { readonly isPlain: boolean; readonly speaksHttp: boolean },
): FilterInit[] {
  const cluster = inboundCluster(port.appPort);
  const policies = readGuards(world.policiesOver(node.namespace, labels));
  const authorizers = resolveAuthorizers(world, policies);
  const statPrefix = `inbound_${node.address}_${port.appPort}`;
  if (speaksHttp) {
    return [
      buildHttpManager({
        direction: "inbound",
        statPrefix,
        routes: cluster,
        telemetry,
        isPlain,
        tokens: listCheckedTokens(world, world.requestAuthenticationsOver(node.namespace, labels)),
        authorizers,
        takesGrpcWeb: port.protocol === "grpc-web",
      }),
    ];
  }
  return [
    ...chainFilters({
      policies,
      authorizers,
      trustDomains: trustDomainsOf(world.mesh, world.settings()),
      port: port.appPort,
    }),
    typed("envoy.filters.network.tcp_proxy", TcpProxySchema, {
      statPrefix,
      clusterSpecifier: { case: "cluster", value: cluster },
      ...(isPlain ? buildPlainTcpLog(telemetry) : buildHandshakenTcpLog(telemetry)),
    }),
  ];
}

/**
 * Chains of one port: mTLS alone (STRICT), mTLS and plain text side by side (PERMISSIVE), plain text (DISABLE). Of a port that
 * says nothing of its protocol there are two of each, for HTTP and for the rest: over mTLS callers say by ALPN which it is,
 * in plain text their first bytes do.
 */
export function buildInboundChains(
  port: InboundPort,
  context: InboundContext,
  byDestinationPort: boolean,
): BuiltChains {
  const { world, node, labels } = context;
  const { appPort, protocol } = port;
  const mode = world.mtlsMode(node.namespace, labels, appPort);
  const matched = port.ingress === undefined ? appPort : port.inboundPort;
  const destination = byDestinationPort ? { destinationPort: matched } : {};
  const isDetected = protocol === "auto";
  const variants = (
    name: string,
    match: Init<typeof FilterChainMatchSchema>,
    httpProtocols: readonly string[],
    rest: ChainInit,
  ): ChainInit[] => {
    const isPlain = name === "plain";
    const chain = (suffix: string, speaksHttp: boolean, protocols: readonly string[]): ChainInit => ({
      name: `${name}${suffix}_${appPort}`,
      filterChainMatch: {
        ...destination,
        ...match,
        ...(protocols.length === 0 ? {} : { applicationProtocols: [...protocols] }),
      },
      ...rest,
      filters: filters(port, context, { isPlain, speaksHttp }),
    });
    return isDetected ? [chain("_http", true, httpProtocols), chain("", false, [])] : [chain("", isHttp(protocol), [])];
  };
  const mtls = () =>
    // Under STRICT too: plain text then finds no chain, and is told of as such.
    variants("mtls", { transportProtocol: "tls" }, HTTP_ALPN, {
      transportSocket: meshDownstream(trustDomainsOf(world.mesh, world.settings()), world.settings().meshTls),
      transportSocketConnectTimeout: durationMs(HANDSHAKE_TIMEOUT_MS),
    });
  const plain = () =>
    variants("plain", mode === "PERMISSIVE" ? { transportProtocol: "raw_buffer" } : {}, INSPECTED_HTTP, {});
  const { tls } = port.ingress ?? {};
  if (mode === "DISABLE" && tls !== undefined)
    return {
      port: matched,
      chains: variants("plain", { transportProtocol: "tls" }, HTTP_ALPN, {
        transportSocket: buildServerTls(tls, world, node.namespace),
        transportSocketConnectTimeout: durationMs(HANDSHAKE_TIMEOUT_MS),
      }),
      inspectsTls: true,
      inspectsHttp: false,
    };
  if (mode === "DISABLE") return { port: matched, chains: plain(), inspectsTls: false, inspectsHttp: isDetected };
  // Without the inspector Envoy does not know the server name, and conditions on `connection.sni` would never hold.
  return mode === "STRICT"
    ? { port: matched, chains: mtls(), inspectsTls: true, inspectsHttp: false }
    : { port: matched, chains: [...mtls(), ...plain()], inspectsTls: true, inspectsHttp: isDetected };
}
