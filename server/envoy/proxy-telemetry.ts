import { formatWorkloadLabel, labelWorkload } from "#core/model/workload-label.ts";
import { joinTags } from "#core/resolve/operations.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { LayerReader } from "#server/compile/compile-reader.ts";
import type { ProxyTelemetry } from "#server/envoy/listeners/http-connection-manager.ts";
import { NOT_TRACED, tracingOf } from "#server/envoy/listeners/proxy-tracing.ts";
import { logsOf } from "#server/envoy/listeners/requested-log.ts";
import type { Standing } from "#server/envoy/standing.ts";

/** What a proxy tells of its requests, and to whom, by what it says of itself and what the mesh asks of it. */
export function proxyTelemetry(
  world: LayerReader,
  { namespace, metadata }: ProxyNode,
  { labels, workload }: Standing,
): ProxyTelemetry {
  const label = formatWorkloadLabel(labelWorkload(workload, namespace, labels));
  return {
    workload: label,
    accessLog: metadata.PHAROS_ACCESS_LOG,
    traceScript: metadata.PHAROS_TRACE_SCRIPT,
    tracing: metadata.PHAROS_TRACING
      ? tracingOf(
          world.tracingFor(namespace, labels),
          {
            mesh: world.settings().tracing,
            serverPercent: world.mesh.traceSampling,
            workload: label,
            trustDomain: world.mesh.trustDomain,
          },
          world,
        )
      : NOT_TRACED,
    logs: logsOf(world.accessLogsFor(namespace, labels), world, metadata.PHAROS_ACCESS_LOG),
    tags: joinTags(world.writtenTagsFor(namespace, labels), world.operationsFor(namespace, labels, workload)),
    settings: world.settings(),
    ...(metadata.PHAROS_IPV6 === undefined ? {} : { takesIpv6: true as const }),
  };
}
