import type { TracingDefaults } from "#core/mesh-config/proxy-settings.ts";
import { type ResolvedTracing, readTags, type SpanTag, type TracingSettings } from "#core/resolve/tracing.ts";

export interface TracedSide {
  /** Percent of requests traced where callers have not decided. */
  readonly samplingPercent: number;
  readonly endsContext: boolean;
  readonly ignoresRequestId: boolean;
  /** By name, in order. */
  readonly tags: readonly (readonly [name: string, tag: SpanTag])[];
  readonly maxPathTagLength: number;
}

/** Of a proxy as the one that calls, and as the one that is called; undefined: no tracer, and trace headers go through untouched. */
export interface ProxyTracing {
  readonly client: TracedSide | undefined;
  readonly server: TracedSide | undefined;
}

export const NOT_TRACED: ProxyTracing = { client: undefined, server: undefined };

/** `mesh` and the server's share hold where no Telemetry says otherwise; a share of 0 leaves proxies without a tracer. */
export function tracingOf(
  { client, server }: ResolvedTracing,
  mesh: TracingDefaults,
  serverPercent: number,
): ProxyTracing {
  const defaults = {
    samplingPercent: mesh.isEnabled ? (mesh.sampling ?? serverPercent) : 0,
    tags: readTags(mesh.customTags),
    maxPathTagLength: mesh.maxPathTagLength,
  };
  return { client: sideOf(client, defaults), server: sideOf(server, defaults) };
}

type MeshSide = Omit<TracedSide, "endsContext" | "ignoresRequestId">;

function sideOf(
  { samplingPercent, isOff, endsContext, ignoresRequestId, tags }: TracingSettings,
  mesh: MeshSide,
): TracedSide | undefined {
  if (isOff || (samplingPercent === undefined && mesh.samplingPercent === 0)) return undefined;
  return {
    samplingPercent: samplingPercent ?? mesh.samplingPercent,
    endsContext,
    ignoresRequestId,
    tags: tags.length === 0 ? mesh.tags : tags,
    maxPathTagLength: mesh.maxPathTagLength,
  };
}
