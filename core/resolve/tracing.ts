import type { ExtensionProvider } from "#core/kinds/mesh-config/extension-provider.ts";
import type { CustomTag, Tracing } from "#core/kinds/telemetry/schema.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { findProvider } from "#core/resolve/find-provider.ts";
import { MESH_CONFIG_REF } from "#core/resolve/mesh-settings.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import { findSpeaking, levelsOf } from "#core/resolve/speaking.ts";
import { isForSide, type Side } from "#core/resolve/telemetry-side.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Telemetry = Resource<"Telemetry">;
type Settings = Pick<ProxySettings, "providers" | "defaultProviders" | "tracing">;

/** What a tag of a span says: a text, one with Envoy's command operators, a variable of the proxy's environment, or a header of the request, and what stands for one that is not there. */
export type SpanTag =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "formatter"; readonly text: string }
  | { readonly kind: "environment" | "header"; readonly name: string; readonly otherwise: string };

/** What takes spans. */
export type SpanReceiver = { readonly service: string; readonly port: number } & (
  | { readonly kind: "zipkin"; readonly provider: NonNullable<ExtensionProvider["zipkin"]> }
  | { readonly kind: "skywalking"; readonly provider: NonNullable<ExtensionProvider["skywalking"]> }
  | { readonly kind: "datadog"; readonly provider: NonNullable<ExtensionProvider["datadog"]> }
  | { readonly kind: "opentelemetry"; readonly provider: NonNullable<ExtensionProvider["opentelemetry"]> }
);

/** That spans are sent with. */
export type SentHeaders = NonNullable<ExtensionProvider["zipkin"]>["headers"];

/** A provider that is named: without `receiver` the MeshConfig has none of the name that takes spans. */
export interface NamedReceiver {
  readonly name: string;
  readonly receiver: SpanReceiver | undefined;
  /** Refs of those that name it, and of the MeshConfig. */
  readonly sources: readonly string[];
}

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
  /** Spans for a provider say whose they are, in Istio's words. */
  readonly hasIstioTags: boolean;
  /** Who gets spans; undefined: the control plane. */
  readonly provider: NamedReceiver | undefined;
}

/** As a caller, which a gateway is too, and as the called. */
export interface ResolvedTracing {
  readonly client: TracingSettings;
  readonly server: TracingSettings;
}

/** Of the mesh, then of the namespace, then of the workload: what a later level says counts (Istio's `mergeTelemetry`). */
export function resolveTracing(
  telemetries: readonly Telemetry[],
  workload: { readonly namespace: string; readonly labels: Labels },
  scope: PolicyScope,
  settings: Settings,
): ResolvedTracing {
  const levels = levelsOf(findSpeaking(telemetries, workload, scope));
  const entries = levels.flatMap((level) =>
    (level.spec.tracing ?? []).map((entry) => ({ entry, ref: formatRef(refOf(level)) })),
  );
  const [named] = settings.defaultProviders.tracing;
  const { legacy } = settings.tracing;
  const unsaid: TracingSettings = {
    samplingPercent: undefined,
    isOff: false,
    endsContext: false,
    ignoresRequestId: false,
    tags: [],
    hasIstioTags: settings.tracing.hasIstioTags,
    provider:
      named === undefined
        ? legacy && { name: legacy.name, receiver: receiverIn(legacy), sources: [MESH_CONFIG_REF] }
        : nameReceiver(named, [], settings),
  };
  return { client: merge(entries, "CLIENT", unsaid, settings), server: merge(entries, "SERVER", unsaid, settings) };
}

function merge(
  entries: readonly { readonly entry: Tracing; readonly ref: string }[],
  side: Side,
  unsaid: TracingSettings,
  settings: Settings,
): TracingSettings {
  return entries
    .filter(({ entry }) => isForSide(entry.match, side))
    .reduce((before, { entry, ref }) => {
      const { customTags, useRequestIdForTraceSampling: isRead, providers: [named] = [] } = entry;
      return {
        ignoresRequestId: isRead === undefined ? before.ignoresRequestId : !isRead,
        samplingPercent: entry.randomSamplingPercentage ?? before.samplingPercent,
        isOff: entry.disableSpanReporting ?? before.isOff,
        endsContext: entry.disableContextPropagation ?? before.endsContext,
        tags: customTags === undefined ? before.tags : readTags(customTags),
        hasIstioTags: entry.enableIstioTags ?? before.hasIstioTags,
        provider: named === undefined ? before.provider : nameReceiver(named.name, [ref], settings),
      };
    }, unsaid);
}

function nameReceiver(name: string, refs: readonly string[], settings: Settings): NamedReceiver {
  const sources = [...refs, MESH_CONFIG_REF];
  return { name, receiver: receiverOf(name, settings), sources };
}

/** What a provider does with spans; undefined where there is none of the name that takes any. */
export function receiverOf(name: string, { providers }: Pick<ProxySettings, "providers">): SpanReceiver | undefined {
  const found = findProvider(providers, name);
  return found && receiverIn(found);
}

function receiverIn({ zipkin, skywalking, datadog, opentelemetry }: ExtensionProvider): SpanReceiver | undefined {
  if (zipkin !== undefined) return { kind: "zipkin", ...placeOf(zipkin), provider: zipkin };
  if (skywalking !== undefined) return { kind: "skywalking", ...placeOf(skywalking), provider: skywalking };
  if (datadog !== undefined) return { kind: "datadog", ...placeOf(datadog), provider: datadog };
  return opentelemetry && { kind: "opentelemetry", ...placeOf(opentelemetry), provider: opentelemetry };
}

function placeOf({ service, port }: { readonly service: string; readonly port: number }): {
  readonly service: string;
  readonly port: number;
} {
  return { service, port };
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
