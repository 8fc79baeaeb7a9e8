import type { CustomTag, Tracing } from "#core/kinds/telemetry/schema.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import { findSpeaking, levelsOf } from "#core/resolve/speaking.ts";
import { isForSide, type Side } from "#core/resolve/telemetry-side.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";

type Telemetry = Resource<"Telemetry">;

/** What a tag of a span says: a text, one with Envoy's command operators, a variable of the proxy's environment, or a header of the request, and what stands for one that is not there. */
export type SpanTag =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "formatter"; readonly text: string }
  | { readonly kind: "environment" | "header"; readonly name: string; readonly otherwise: string };

/** What Telemetries say of a workload's traces, on one side of its calls; what is undefined nobody says. */
export interface TracingSettings {
  readonly samplingPercent: number | undefined;
  readonly isOff: boolean;
  /** No context goes on in requests. */
  readonly endsContext: boolean;
  /** The id of a request says nothing of whether it is traced. */
  readonly ignoresRequestId: boolean;
  /** By name, in the order of names. */
  readonly tags: readonly (readonly [name: string, tag: SpanTag])[];
}

/** As a caller, which a gateway is too, and as the called. */
export interface ResolvedTracing {
  readonly client: TracingSettings;
  readonly server: TracingSettings;
}

const UNSAID: TracingSettings = {
  samplingPercent: undefined,
  isOff: false,
  endsContext: false,
  ignoresRequestId: false,
  tags: [],
};

/** Of the mesh, then of the namespace, then of the workload: what a later level says counts (Istio's `mergeTelemetry`). */
export function resolveTracing(
  telemetries: readonly Telemetry[],
  workload: { readonly namespace: string; readonly labels: Labels },
  scope: PolicyScope,
): ResolvedTracing {
  const levels = levelsOf(findSpeaking(telemetries, workload, scope));
  const entries = levels.flatMap(({ spec }) => spec.tracing ?? []);
  return { client: merge(entries, "CLIENT"), server: merge(entries, "SERVER") };
}

function merge(entries: readonly Tracing[], side: Side): TracingSettings {
  return entries
    .filter(({ match }) => isForSide(match, side))
    .reduce(
      (
        before,
        { randomSamplingPercentage, disableSpanReporting, disableContextPropagation, customTags, ...entry },
      ) => ({
        ignoresRequestId:
          entry.useRequestIdForTraceSampling === undefined
            ? before.ignoresRequestId
            : !entry.useRequestIdForTraceSampling,
        samplingPercent: randomSamplingPercentage ?? before.samplingPercent,
        isOff: disableSpanReporting ?? before.isOff,
        endsContext: disableContextPropagation ?? before.endsContext,
        tags: customTags === undefined ? before.tags : readTags(customTags),
      }),
      UNSAID,
    );
}

/** By name, in the order of names. */
export function readTags(tags: Readonly<Record<string, CustomTag>>): TracingSettings["tags"] {
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, tag]) => [name, readTag(tag)]);
}

function readTag({ literal, environment, header, formatter }: CustomTag): SpanTag {
  if (literal !== undefined) return { kind: "literal", text: literal.value };
  if (formatter !== undefined) return { kind: "formatter", text: formatter.value };
  const { name = "", defaultValue = "" } = environment ?? header ?? {};
  return { kind: environment === undefined ? "header" : "environment", name, otherwise: defaultValue };
}
