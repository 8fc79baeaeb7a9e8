import { create } from "@bufbuild/protobuf";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import type { Extension } from "#core/resolve/extensions.ts";
import { isIpAddress } from "#core/schema/ip-address.ts";
import type { Origin } from "#core/xds/layer.ts";
import { type Cluster, Cluster_DiscoveryType, ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { ruleUpstream } from "#server/envoy/build-tls.ts";
import { type ModuleSource, moduleSource } from "#server/envoy/extensions/module-source.ts";
import { durationMs } from "#server/envoy/pack.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** How a proxy fetches the modules of its extensions: a cluster for each place that they come from, by the DNS of its host. */
export function moduleClusters(
  extensions: readonly Extension[],
): readonly { readonly cluster: Cluster; readonly origins: readonly Origin[] }[] {
  const fetched = extensions.flatMap(({ resource, path, code }) => {
    const source = code.kind === "wasm" ? moduleSource(code.module.url) : undefined;
    return source?.kind === "remote" ? [{ source, origin: { resource, path } }] : [];
  });
  return [...Map.groupBy(fetched, ({ source }) => source.cluster).values()].flatMap((all) =>
    all.slice(0, 1).map(({ source }) => ({ cluster: build(source), origins: all.map(({ origin }) => origin) })),
  );
}

function build({ cluster, host, port, isTls }: ModuleSource & { readonly kind: "remote" }): Cluster {
  const address = { address: host, portSpecifier: { case: "portValue" as const, value: port } };
  return create(ClusterSchema, {
    name: cluster,
    clusterDiscoveryType: {
      case: "type",
      value: isIpAddress(host) ? Cluster_DiscoveryType.STATIC : Cluster_DiscoveryType.STRICT_DNS,
    },
    connectTimeout: durationMs(CONNECT_TIMEOUT_MS),
    loadAssignment: {
      clusterName: cluster,
      endpoints: [
        {
          lbEndpoints: [
            {
              hostIdentifier: {
                case: "endpoint",
                value: { address: { address: { case: "socketAddress", value: address } } },
              },
            },
          ],
        },
      ],
    },
    ...(isTls ? { transportSocket: tlsTo(host) } : {}),
  });
}

/** By the authorities that the proxy's host knows. An address has no name to be checked: the hash of what comes decides. */
function tlsTo(host: string): ReturnType<typeof ruleUpstream> {
  const sni = isIpAddress(host) ? undefined : host;
  return ruleUpstream(
    { mode: "SIMPLE" },
    {
      ...{ sni, names: [], isSniWritten: false, isHttp2: false, verifiesServers: true, credentials: undefined },
      bounds: DEFAULT_PROXY_SETTINGS.otherTls,
    },
  );
}
