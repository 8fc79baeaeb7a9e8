import type { TracingDefaults } from "#core/mesh-config/proxy-settings.ts";
import { parseWorkloadLabel } from "#core/model/workload-label.ts";
import type { CallerReader } from "#core/resolve/mesh-reader.ts";
import {
  type ResolvedTracing,
  readTags,
  type SpanReceiver,
  type SpanTag,
  type TracingSettings,
} from "#core/resolve/tracing.ts";
import { askedReceiver } from "#server/envoy/clusters/span-clusters.ts";
import { spanCluster } from "#server/envoy/names.ts";

export interface TracedSide {
  /** Percent of requests traced where callers have not decided. */
  readonly samplingPercent: number;
  readonly endsContext: boolean;
  readonly ignoresRequestId: boolean;
  /** By name, in order. */
  readonly tags: readonly (readonly [name: string, tag: SpanTag])[];
  readonly maxPathTagLength: number;
  /** Who gets the spans, and how it is reached; undefined: the control plane, by the agent. */
  readonly receiver: ReachedReceiver | undefined;
}

export interface ReachedReceiver {
  readonly receiver: SpanReceiver;
  readonly cluster: string;
  readonly host: string;
  /** Refs of those that name it. */
  readonly sources: readonly string[];
}

/** Of a proxy as the one that calls, and as the one that is called; undefined: no tracer, and trace headers go through untouched. */
export interface ProxyTracing {
  readonly client: TracedSide | undefined;
  readonly server: TracedSide | undefined;
}

export const NOT_TRACED: ProxyTracing = { client: undefined, server: undefined };

/** What holds where no Telemetry says otherwise, and whose spans they are. */
export interface TracedProxy {
  readonly mesh: TracingDefaults;
  readonly serverPercent: number;
  /** `workload;namespace;app;version` */
  readonly workload: string;
  readonly trustDomain: string;
}

/** A share of 0 leaves proxies without a tracer, and so does a provider that is not there, as in Istio: the check `telemetry-provider-not-found` tells of it. */
export function tracingOf(
  { client, server }: ResolvedTracing,
  proxy: TracedProxy,
  reader: Pick<CallerReader, "service" | "mesh">,
): ProxyTracing {
  return { client: sideOf(client, proxy, reader), server: sideOf(server, proxy, reader) };
}

function sideOf(
  { isOff, endsContext, ignoresRequestId, tags, provider, ...said }: TracingSettings,
  proxy: TracedProxy,
  reader: Pick<CallerReader, "service" | "mesh">,
): TracedSide | undefined {
  const { mesh } = proxy;
  const byDefault = mesh.isEnabled ? (mesh.sampling ?? proxy.serverPercent) : 0;
  if (isOff || (said.samplingPercent === undefined && byDefault === 0)) return undefined;
  const receiver = provider && reach(provider, reader);
  if (provider !== undefined && receiver === undefined) return undefined;
  const own = tags.length === 0 ? readTags(mesh.customTags) : tags;
  const maxTagLength =
    receiver && "maxTagLength" in receiver.receiver.provider && receiver.receiver.provider.maxTagLength;
  return {
    samplingPercent: said.samplingPercent ?? byDefault,
    endsContext,
    ignoresRequestId,
    tags: receiver === undefined || !said.hasIstioTags ? own : withIstioTags(own, proxy),
    maxPathTagLength: maxTagLength || mesh.maxPathTagLength,
    receiver,
  };
}

function reach(
  { receiver, sources }: NonNullable<TracingSettings["provider"]>,
  reader: Pick<CallerReader, "service" | "mesh">,
): ReachedReceiver | undefined {
  const asked = receiver && askedReceiver(reader, receiver);
  if (receiver === undefined || asked === undefined) return undefined;
  return { receiver, cluster: spanCluster(asked), host: asked.service.host, sources };
}

/** Istio's names of them; what is written by hand stands. */
function withIstioTags(own: TracedSide["tags"], { workload, trustDomain }: TracedProxy): TracedSide["tags"] {
  const { app, version, namespace } = parseWorkloadLabel(workload);
  const istios = {
    "istio.canonical_revision": version,
    "istio.canonical_service": app,
    "istio.cluster_id": "Kubernetes",
    "istio.mesh_id": trustDomain,
    "istio.namespace": namespace,
  };
  const written = new Set(own.map(([name]) => name));
  const added = Object.entries(istios)
    .filter(([name]) => !written.has(name))
    .map(([name, text]) => [name, { kind: "literal", text }] as const);
  return [...own, ...added].sort(([a], [b]) => (a < b ? -1 : 1));
}
