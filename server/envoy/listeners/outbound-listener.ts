import { create } from "@bufbuild/protobuf";
import { TrafficDirection } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { FilterChainSchema, FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { HttpInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js";
import { OriginalDstSchema } from "#proto/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js";
import { TlsInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js";
import type { RouteNeeds } from "#server/envoy/features/http-filter.ts";
import { besideIpv6 } from "#server/envoy/listeners/beside-ipv6.ts";
import { buildHttpManager, type CallTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import { inspectorWithout } from "#server/envoy/listeners/inspect-ports.ts";
import { buildTcpChain, buildTcpProxy, type TcpChain, toCluster } from "#server/envoy/listeners/tcp-target.ts";
import { HTTP_PROXY, LOOKED_UP_ROUTES } from "#server/envoy/names.ts";
import { durationMs, type Init, typed } from "#server/envoy/pack.ts";
import { INSPECTED_HTTP } from "#server/envoy/protocol.ts";

type ChainInit = Init<typeof FilterChainSchema>;

const OUTBOUND_CAPTURE_PORT = 15001;
/** Little enough that an upload does not outgrow what is kept of it for another attempt before that begins. */
const HTTP_BUFFER_BYTES = 32_768;

interface OutboundListener {
  /** Other addresses at which it is found. */
  readonly more?: ReturnType<typeof besideIpv6>;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly chains: readonly ChainInit[];
  /** Of connections that none of them takes. */
  readonly last?: ChainInit | undefined;
  readonly isHttp: boolean;
  /** Which chain takes a connection is told by its first bytes, or by the server name of its TLS. */
  readonly inspects?: readonly ("http" | "tls")[];
  /** False: reached only by captured traffic handed over by its original destination. */
  readonly binds?: boolean;
}

const INSPECTORS = {
  tls: typed("envoy.filters.listener.tls_inspector", TlsInspectorSchema, {}),
  http: typed("envoy.filters.listener.http_inspector", HttpInspectorSchema, {}),
};

function listener({
  name,
  address,
  port,
  chains,
  last,
  isHttp,
  inspects = [],
  binds = true,
  more = {},
}: OutboundListener): Listener {
  return create(ListenerSchema, {
    name,
    address: {
      address: { case: "socketAddress", value: { address, portSpecifier: { case: "portValue", value: port } } },
    },
    trafficDirection: TrafficDirection.OUTBOUND,
    filterChains: [...chains],
    ...(last === undefined ? {} : { defaultFilterChain: last }),
    ...(inspects.length === 0
      ? {}
      : {
          listenerFilters: inspects.map((each) => INSPECTORS[each]),
          // A client that lets the server speak first says nothing to look at, for as long as it likes.
          listenerFiltersTimeout: durationMs(0),
        }),
    ...(isHttp ? { perConnectionBufferLimitBytes: HTTP_BUFFER_BYTES } : {}),
    ...(binds ? {} : { bindToPort: false }),
    ...more,
  });
}

/** Requests take this chain; where there is another for the rest, those whose first bytes are HTTP: in plain text, where TLS is looked into too. */
function httpChain(filter: Init<typeof FilterSchema>, isAlone: boolean, readsNames = false): ChainInit {
  if (isAlone) return { filters: [filter] };
  const plain = readsNames ? { transportProtocol: "raw_buffer" } : {};
  return { filterChainMatch: { ...plain, applicationProtocols: INSPECTED_HTTP }, filters: [filter] };
}

/** What `http_proxy` points at where traffic is not captured. */
export function buildForwardProxy(port: number, telemetry: CallTelemetry, needs: Partial<RouteNeeds> = {}): Listener {
  const name = `127.0.0.1_${port}`;
  return listener({
    name,
    address: "127.0.0.1",
    port,
    isHttp: true,
    chains: [
      httpChain(
        buildHttpManager({
          direction: "outbound",
          statPrefix: `outbound_${HTTP_PROXY}`,
          routes: HTTP_PROXY,
          telemetry,
          ...needs,
        }),
        true,
      ),
    ],
  });
}

/** A port of its own for one HTTP service, whatever Host header comes in; `otherwise` takes what is not HTTP. */
export function buildExplicitHttp(
  bindPort: number,
  routeConfig: string,
  telemetry: CallTelemetry,
  { otherwise, needs }: { readonly otherwise: readonly TcpChain[]; readonly needs: RouteNeeds },
): Listener {
  const statPrefix = `outbound_127.0.0.1_${bindPort}`;
  const isAlone = otherwise.length === 0;
  const { asking, rest } = splitChains(otherwise);
  return listener({
    name: `127.0.0.1_${bindPort}`,
    address: "127.0.0.1",
    port: bindPort,
    isHttp: true,
    chains: [
      httpChain(
        buildHttpManager({ direction: "outbound", statPrefix, routes: routeConfig, telemetry, ...needs }),
        isAlone,
      ),
      ...asking.map((each) => buildTcpChain(statPrefix, each, telemetry)),
    ],
    last: rest && buildTcpChain(statPrefix, rest, telemetry),
    inspects: isAlone ? [] : ["http"],
  });
}

/** A port of its own for all HTTP services that are in a route configuration. */
export function buildBoundHttp(
  address: string,
  port: number,
  routeConfig: string,
  telemetry: CallTelemetry,
  needs: RouteNeeds,
): Listener {
  const name = `${address}_${port}`;
  const statPrefix = `outbound_${name}`;
  const manager = buildHttpManager({ direction: "outbound", statPrefix, routes: routeConfig, telemetry, ...needs });
  return listener({ name, address, port, isHttp: true, chains: [httpChain(manager, true)] });
}

/** A port of its own for one TCP service, or one whose TLS is the caller's. */
export function buildExplicitTcp(
  bindPort: number,
  chains: readonly TcpChain[],
  telemetry: CallTelemetry,
  address = "127.0.0.1",
): Listener {
  const { asking, rest } = splitChains(chains);
  const build = (each: TcpChain): ChainInit => buildTcpChain(`outbound_${address}_${bindPort}`, each, telemetry);
  const last = rest && build(rest);
  return listener({
    name: `${address}_${bindPort}`,
    address,
    port: bindPort,
    isHttp: false,
    ...(asking.length === 0 && last !== undefined ? { chains: [last] } : { chains: asking.map(build), last }),
    inspects: chains.some(readsName) ? ["tls"] : [],
  });
}

/**
 * Chains that ask for something, and the one that takes the rest: Envoy does not go back from a range that holds the address to a
 * chain that asks nothing, but it takes the default one (istio#26079).
 */
function splitChains(chains: readonly TcpChain[]): {
  readonly asking: readonly TcpChain[];
  readonly rest: TcpChain | undefined;
} {
  const rest = chains.find(({ serverNames, subnets }) => serverNames.length + subnets.length === 0);
  return { asking: chains.filter((each) => each !== rest), rest };
}

/** Which server the caller's TLS is for says who takes the connection, or where it goes. */
const readsName = ({ serverNames, lookedUpAt }: TcpChain): boolean =>
  serverNames.length > 0 || lookedUpAt !== undefined;

/** What captured connections to one port are, and where they go. */
export interface PortTraffic {
  readonly port: number;
  /** Services of the port are HTTP, or may be. */
  readonly hasHttp: boolean;
  /** One of them says nothing of HTTP. */
  readonly isDetected: boolean;
  readonly needs: RouteNeeds;
  /** Of connections that are not HTTP. */
  readonly chains: readonly TcpChain[];
  /** Cluster of those that none of them takes. */
  readonly otherwise: string;
  /** Of requests; the port's where it is absent. */
  readonly table?: string | undefined;
}

/** Captured traffic to one port of all services that have it, at any address that has no listener of its own. */
export function buildPortListener(traffic: PortTraffic, telemetry: CallTelemetry): Listener {
  return buildCapturedListener("0.0.0.0", traffic, telemetry);
}

/** The same to one address, which is one service's; `chains` take all of it. */
export function buildCapturedListener(
  address: string,
  { port, hasHttp, isDetected, needs, chains, otherwise, table = String(port) }: PortTraffic,
  telemetry: CallTelemetry,
): Listener {
  const name = `${address}_${port}`;
  const statPrefix = `outbound_${name}`;
  const isMixed = isDetected || !hasHttp || chains.length > 0;
  const { asking: asked, rest: takesAll } = splitChains(chains);
  const rest = takesAll ?? { ...toCluster(otherwise), serverNames: [], subnets: [] };
  const last = isMixed ? buildTcpChain(takesAll === undefined ? otherwise : statPrefix, rest, telemetry) : undefined;
  const readsNames = chains.some(readsName);
  const manager = () => buildHttpManager({ direction: "outbound", statPrefix, routes: table, telemetry, ...needs });
  const asking = [
    ...(hasHttp ? [httpChain(manager(), !isMixed, readsNames)] : []),
    ...asked.map((each) => buildTcpChain(statPrefix, each, telemetry)),
  ];
  return listener({
    ...{ name, address, port, binds: false, isHttp: hasHttp, more: besideIpv6(address, port, telemetry) },
    ...(asking.length === 0 && last !== undefined ? { chains: [last] } : { chains: asking, last }),
    inspects: [...(readsNames ? (["tls"] as const) : []), ...(hasHttp && isMixed ? (["http"] as const) : [])],
  });
}

/**
 * Where captured outbound traffic arrives, to be handed to the listener of its destination; what has none goes to the cluster `otherwise`.
 * With `knownPorts` requests to other ports go to the host that they name.
 */
export function buildVirtualOutbound(
  otherwise: string,
  telemetry: CallTelemetry,
  knownPorts: readonly number[] | undefined,
): Listener {
  const looksUp = knownPorts !== undefined;
  return create(ListenerSchema, {
    name: "virtualOutbound",
    address: {
      address: {
        case: "socketAddress",
        value: { address: "0.0.0.0", portSpecifier: { case: "portValue", value: OUTBOUND_CAPTURE_PORT } },
      },
    },
    ...besideIpv6("0.0.0.0", OUTBOUND_CAPTURE_PORT, telemetry),
    trafficDirection: TrafficDirection.OUTBOUND,
    useOriginalDst: true,
    listenerFilters: [
      typed("envoy.filters.listener.original_dst", OriginalDstSchema, {}),
      ...(looksUp ? [inspectorWithout(INSPECTORS.http, knownPorts)] : []),
    ],
    ...(looksUp
      ? {
          listenerFiltersTimeout: durationMs(telemetry.settings.protocolDetectionTimeoutMs),
          continueOnListenerFiltersTimeout: true,
        }
      : {}),
    filterChains: [
      {
        name: "virtualOutbound-blackhole",
        filterChainMatch: { destinationPort: OUTBOUND_CAPTURE_PORT },
        filters: [buildTcpProxy("BlackHoleCluster", toCluster("BlackHoleCluster"), telemetry, "outbound")],
      },
      ...(looksUp
        ? [
            {
              name: "virtualOutbound-catchall-tcp-http",
              filterChainMatch: { applicationProtocols: INSPECTED_HTTP },
              filters: [
                buildHttpManager({
                  ...{ direction: "outbound", telemetry, routes: LOOKED_UP_ROUTES, looksUpHosts: true },
                  statPrefix: `outbound_virtualOutbound_${LOOKED_UP_ROUTES}`,
                }),
              ],
            },
          ]
        : []),
      {
        name: "virtualOutbound-catchall-tcp",
        filters: [buildTcpProxy(otherwise, toCluster(otherwise), telemetry, "outbound")],
      },
    ],
  });
}
