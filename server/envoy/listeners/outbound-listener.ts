import { create } from "@bufbuild/protobuf";
import { TrafficDirection } from "#proto/gen/envoy/config/core/v3/base_pb.js";
import type { FilterSchema } from "#proto/gen/envoy/config/listener/v3/listener_components_pb.js";
import { type Listener, ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { HttpInspectorSchema } from "#proto/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js";
import { OriginalDstSchema } from "#proto/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js";
import { TcpProxySchema } from "#proto/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js";
import { buildAccessLog } from "#server/envoy/listeners/build-access-log.ts";
import {
  buildHttpManager,
  type Direction,
  type ProxyTelemetry,
} from "#server/envoy/listeners/http-connection-manager.ts";
import type { TcpSettings } from "#server/envoy/listeners/tcp-settings.ts";
import { HTTP_PROXY } from "#server/envoy/names.ts";
import { durationMs, type Init, typed } from "#server/envoy/pack.ts";
import { INSPECTED_HTTP } from "#server/envoy/protocol.ts";

const OUTBOUND_CAPTURE_PORT = 15001;
/** Little enough that an upload does not outgrow what is kept of it for another attempt before that begins. */
const HTTP_BUFFER_BYTES = 32_768;

interface OutboundListener {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly filter: Init<typeof FilterSchema>;
  readonly isHttp: boolean;
  /** For connections that do not speak HTTP; absent where `filter` is for all. */
  readonly otherwise?: Init<typeof FilterSchema>;
  /** False: reached only by captured traffic handed over by its original destination. */
  readonly binds?: boolean;
}

function listener({ name, address, port, filter, isHttp, otherwise, binds = true }: OutboundListener): Listener {
  return create(ListenerSchema, {
    name,
    address: {
      address: { case: "socketAddress", value: { address, portSpecifier: { case: "portValue", value: port } } },
    },
    trafficDirection: TrafficDirection.OUTBOUND,
    ...(otherwise === undefined
      ? { filterChains: [{ filters: [filter] }] }
      : {
          filterChains: [
            { filterChainMatch: { applicationProtocols: INSPECTED_HTTP }, filters: [filter] },
            { filters: [otherwise] },
          ],
          listenerFilters: [typed("envoy.filters.listener.http_inspector", HttpInspectorSchema, {})],
          // A client that lets the server speak first says nothing to look at, for as long as it likes.
          listenerFiltersTimeout: durationMs(0),
        }),
    ...(isHttp ? { perConnectionBufferLimitBytes: HTTP_BUFFER_BYTES } : {}),
    ...(binds ? {} : { bindToPort: false }),
  });
}

/** What `http_proxy` points at where traffic is not captured. */
export function buildForwardProxy(port: number, telemetry: ProxyTelemetry): Listener {
  const name = `127.0.0.1_${port}`;
  return listener({
    name,
    address: "127.0.0.1",
    port,
    isHttp: true,
    filter: buildHttpManager({
      direction: "outbound",
      statPrefix: `outbound_${HTTP_PROXY}`,
      routes: HTTP_PROXY,
      telemetry,
    }),
  });
}

/** Where the connections of a TCP port go. */
export interface TcpTarget {
  /** With the shares they get. */
  readonly clusters: readonly { readonly name: string; readonly weight: number }[];
  readonly settings: TcpSettings;
}

/** A port of its own for one HTTP service, whatever Host header comes in; `otherwise` takes what is not HTTP. */
export function buildExplicitHttp(
  bindPort: number,
  routeConfig: string,
  telemetry: ProxyTelemetry,
  otherwise?: TcpTarget,
): Listener {
  const statPrefix = `outbound_127.0.0.1_${bindPort}`;
  return listener({
    name: `127.0.0.1_${bindPort}`,
    address: "127.0.0.1",
    port: bindPort,
    isHttp: true,
    filter: buildHttpManager({ direction: "outbound", statPrefix, routes: routeConfig, telemetry }),
    ...(otherwise === undefined ? {} : { otherwise: buildTcpProxy(statPrefix, otherwise, telemetry, "outbound") }),
  });
}

/** A port of its own for one TCP service. */
export function buildExplicitTcp(bindPort: number, target: TcpTarget, telemetry: ProxyTelemetry): Listener {
  return listener({
    name: `127.0.0.1_${bindPort}`,
    address: "127.0.0.1",
    port: bindPort,
    isHttp: false,
    filter: buildTcpProxy(`outbound_127.0.0.1_${bindPort}`, target, telemetry, "outbound"),
  });
}

function buildTcpProxy(
  statPrefix: string,
  { clusters, settings }: TcpTarget,
  telemetry: ProxyTelemetry,
  direction: Direction,
): Init<typeof FilterSchema> {
  const [only] = clusters;
  return typed("envoy.filters.network.tcp_proxy", TcpProxySchema, {
    statPrefix,
    clusterSpecifier:
      clusters.length === 1 && only !== undefined
        ? { case: "cluster", value: only.name }
        : { case: "weightedClusters", value: { clusters: clusters.map(({ name, weight }) => ({ name, weight })) } },
    accessLog: buildAccessLog(telemetry.accessLog, direction),
    ...settings,
  });
}

function toCluster(name: string): TcpTarget {
  return { clusters: [{ name, weight: 1 }], settings: {} };
}

/**
 * Captured HTTP traffic to one port, of all services that have it; where one of them says nothing of HTTP, `otherwise` is the
 * cluster of the rest.
 */
export function buildPortListener(port: number, otherwise: string | undefined, telemetry: ProxyTelemetry): Listener {
  return listener({
    name: `0.0.0.0_${port}`,
    address: "0.0.0.0",
    port,
    binds: false,
    isHttp: true,
    filter: buildHttpManager({
      direction: "outbound",
      statPrefix: `outbound_0.0.0.0_${port}`,
      routes: String(port),
      telemetry,
    }),
    ...(otherwise === undefined
      ? {}
      : { otherwise: buildTcpProxy(otherwise, toCluster(otherwise), telemetry, "outbound") }),
  });
}

/** Where captured outbound traffic arrives, to be handed to the listener of its destination; what has none goes to the cluster `otherwise`. */
export function buildVirtualOutbound(otherwise: string, telemetry: ProxyTelemetry): Listener {
  return create(ListenerSchema, {
    name: "virtualOutbound",
    address: {
      address: {
        case: "socketAddress",
        value: { address: "0.0.0.0", portSpecifier: { case: "portValue", value: OUTBOUND_CAPTURE_PORT } },
      },
    },
    trafficDirection: TrafficDirection.OUTBOUND,
    useOriginalDst: true,
    listenerFilters: [typed("envoy.filters.listener.original_dst", OriginalDstSchema, {})],
    filterChains: [
      {
        name: "virtualOutbound-blackhole",
        filterChainMatch: { destinationPort: OUTBOUND_CAPTURE_PORT },
        filters: [buildTcpProxy("BlackHoleCluster", toCluster("BlackHoleCluster"), telemetry, "outbound")],
      },
      {
        name: "virtualOutbound-catchall-tcp",
        filters: [buildTcpProxy(otherwise, toCluster(otherwise), telemetry, "outbound")],
      },
    ],
  });
}
