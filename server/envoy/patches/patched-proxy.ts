import { type PatchedProxy, proxyMetadata } from "#core/resolve/envoy-patches.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import type { Standing } from "#server/envoy/standing.ts";

/** By what EnvoyFilters choose it: its group's word before its own, its certificate's before both. */
export function patchedProxy(node: ProxyNode, { instance, labels, workload }: Standing): PatchedProxy {
  const { namespace, metadata } = node;
  return {
    namespace,
    labels,
    metadata: proxyMetadata({
      NAMESPACE: namespace,
      WORKLOAD_NAME: workload,
      SERVICE_ACCOUNT: instance?.serviceAccount ?? metadata.SERVICE_ACCOUNT,
      INTERCEPTION_MODE: metadata.INTERCEPTION_MODE,
    }),
  };
}
