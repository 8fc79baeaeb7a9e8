import { create } from "@bufbuild/protobuf";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import type { UnknownCalls } from "#core/resolve/unknown-calls.ts";
import {
  type Cluster,
  Cluster_DiscoveryType,
  Cluster_LbPolicy,
  ClusterSchema,
} from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { HttpProtocolOptionsSchema } from "#proto/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js";
import { ruleUpstream } from "#server/envoy/build-tls.ts";
import type { Routing } from "#server/envoy/clusters/build-cluster.ts";
import { type PoolDefaults, poolSettings, type UpstreamHttpOptions } from "#server/envoy/clusters/connection-pool.ts";
import { LOOKED_UP_BY_CALL } from "#server/envoy/clusters/dynamic-cluster.ts";
import { KEEPS_CASE } from "#server/envoy/keeps-case.ts";
import { BLACK_HOLE, LOOKED_UP, PASSTHROUGH } from "#server/envoy/names.ts";
import { durationMs, type Init, pack } from "#server/envoy/pack.ts";

type ConstantSettings = PoolDefaults & Pick<ProxySettings, "outboundTls" | "otherTls" | "verifiesServers">;

/** Each original destination has a pool of its own, and most are not called again. */
const PASSTHROUGH_IDLE_MS = 300_000;

/** Clusters of no host: nowhere, where traffic is captured also where a connection was meant to go, and to the host that a request names. */
export function constantClusters(
  routing: Routing,
  settings: ConstantSettings,
  unknown: UnknownCalls,
): readonly Cluster[] {
  const blackHole = create(ClusterSchema, {
    name: BLACK_HOLE,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.STATIC },
    connectTimeout: durationMs(1000),
  });
  return [
    blackHole,
    ...(routing === "ports" ? [passthrough(settings)] : []),
    ...(unknown.kind === "looked-up" ? [lookedUp(settings)] : []),
  ];
}

function passthrough(settings: PoolDefaults): Cluster {
  return create(ClusterSchema, {
    name: PASSTHROUGH,
    clusterDiscoveryType: { case: "type", value: Cluster_DiscoveryType.ORIGINAL_DST },
    lbPolicy: Cluster_LbPolicy.CLUSTER_PROVIDED,
    ...poolSettings(undefined, settings),
    ...asCalled(settings),
  });
}

function lookedUp(settings: ConstantSettings): Cluster {
  const { outboundTls: tls, verifiesServers } = settings;
  const isSpoken = tls?.mode === "SIMPLE" || tls?.mode === "MUTUAL";
  const { sni, subjectAltNames: names = [] } = tls ?? {};
  const isChecked = tls?.insecureSkipVerify !== true && names.length === 0;
  return create(ClusterSchema, {
    name: LOOKED_UP,
    ...LOOKED_UP_BY_CALL,
    ...poolSettings(undefined, settings),
    ...asCalled(
      settings,
      isSpoken && sni === undefined
        ? { upstreamHttpProtocolOptions: { autoSni: true, autoSanValidation: isChecked } }
        : {},
    ),
    ...(isSpoken
      ? {
          transportSocket: ruleUpstream(tls, {
            ...{ sni, names, isSniWritten: sni !== undefined, isHttp2: false, verifiesServers },
            ...{ credentials: undefined, bounds: settings.otherTls },
          }),
        }
      : {}),
  });
}

/** As the caller speaks: HTTP/2 in plain text goes on as that. */
function asCalled(settings: PoolDefaults, more: UpstreamHttpOptions = {}): Init<typeof ClusterSchema> {
  return {
    typedExtensionProtocolOptions: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": pack(HttpProtocolOptionsSchema, {
        ...more,
        commonHttpProtocolOptions: { idleTimeout: durationMs(PASSTHROUGH_IDLE_MS) },
        upstreamProtocolOptions: {
          case: "useDownstreamProtocolConfig",
          value: {
            httpProtocolOptions: settings.isHeaderCaseKept ? KEEPS_CASE : {},
            http2ProtocolOptions: {},
          },
        },
      }),
    },
  };
}
