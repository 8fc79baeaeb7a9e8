import type { UnknownCalls } from "#core/resolve/unknown-calls.ts";
import { labelText } from "#server/compile/label-text.ts";
import type { Routing } from "#server/envoy/clusters/build-cluster.ts";
import { outboundCluster } from "#server/envoy/names.ts";

/** What proxies that share a scope have in common; nothing else decides what the layer holds. */
export interface ScopeKey {
  readonly namespace: string;
  /** Labels that some route's sourceLabels or some rule's workloadSelector ask about, of these proxies. */
  readonly labels: Readonly<Record<string, string>>;
  readonly takesVirtualHosts: boolean;
  /** Captured traffic is routed by port, uncaptured by the forward proxy; gateways have routes of their own. */
  readonly routing: Routing;
  /** Ref of the Sidecar that narrows what they know; undefined where there is none. */
  readonly sidecar: string | undefined;
  /** What becomes of calls to what they do not know. */
  readonly unknown: UnknownCalls;
  /** Their agents answer DNS: services without an address have a virtual one. */
  readonly hasNames: boolean;
  /** Refs of the EnvoyFilters that choose them by their labels and patch what is here. */
  readonly chosenBy: readonly string[];
}

/** Equal for equal keys, and for no others. */
export function formatScope({
  namespace,
  labels,
  takesVirtualHosts,
  routing,
  sidecar,
  unknown,
  hasNames,
  chosenBy,
}: ScopeKey): string {
  return [
    `outbound/${namespace}/${routing}`,
    ...(takesVirtualHosts ? [] : ["inline"]),
    ...(Object.keys(labels).length === 0 ? [] : [labelText(labels)]),
    ...(sidecar === undefined ? [] : [sidecar]),
    ...formatUnknown(unknown),
    ...(hasNames ? ["names"] : []),
    ...chosenBy,
  ].join("/");
}

function formatUnknown(unknown: UnknownCalls): string[] {
  switch (unknown.kind) {
    case "refused":
      return ["registry only"];
    case "passed":
      return [];
    case "looked-up":
      return ["looked up"];
    case "sent":
      return [`to ${outboundCluster(unknown.host, unknown.port, unknown.subset)}`];
  }
}
