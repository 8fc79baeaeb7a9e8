import type { ResolvedTracing, SpanTag, TracingSettings } from "#core/resolve/tracing.ts";

export interface TracedSide {
  /** Percent of requests traced where callers have not decided. */
  readonly samplingPercent: number;
  /** By name, in order. */
  readonly tags: readonly (readonly [name: string, tag: SpanTag])[];
}

/** Of a proxy as the one that calls, and as the one that is called; undefined: no tracer, and trace headers go through untouched. */
export interface ProxyTracing {
  readonly client: TracedSide | undefined;
  readonly server: TracedSide | undefined;
}

export const NOT_TRACED: ProxyTracing = { client: undefined, server: undefined };

/** `meshPercent` is what holds where nobody says otherwise; 0 leaves proxies without a tracer. */
export function tracingOf({ client, server }: ResolvedTracing, meshPercent: number): ProxyTracing {
  return { client: sideOf(client, meshPercent), server: sideOf(server, meshPercent) };
}

function sideOf({ samplingPercent, isOff, tags }: TracingSettings, meshPercent: number): TracedSide | undefined {
  if (isOff || (samplingPercent === undefined && meshPercent === 0)) return undefined;
  return {
    samplingPercent: samplingPercent ?? meshPercent,
    tags,
  };
}
