import type { Metrics } from "#core/kinds/telemetry/schema.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { UNKNOWN } from "#core/model/workload-label.ts";
import { findProvider } from "#core/resolve/find-provider.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import { findSpeaking, levelsOf } from "#core/resolve/speaking.ts";
import { isForSide, type Side } from "#core/resolve/telemetry-side.ts";
import type { Labels } from "#core/resource/labels.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";
import { isCounted, WRITTEN_TAGS_MAX, writtenText } from "#core/schema/cel/check-tag-value.ts";
import type { Expression } from "#core/schema/cel/expression.ts";
import { parseCel } from "#core/schema/cel/parse-cel.ts";

/** Istio's standard metrics that are counted, by the names of Telemetries. */
export const METRIC_FAMILIES = {
  REQUEST_COUNT: "istio_requests_total",
  REQUEST_DURATION: "istio_request_duration_milliseconds",
  REQUEST_SIZE: "istio_request_bytes",
  RESPONSE_SIZE: "istio_response_bytes",
  TCP_OPENED_CONNECTIONS: "istio_tcp_connections_opened_total",
  TCP_CLOSED_CONNECTIONS: "istio_tcp_connections_closed_total",
  TCP_RECEIVED_BYTES: "istio_tcp_received_bytes_total",
  TCP_SENT_BYTES: "istio_tcp_sent_bytes_total",
} as const;
export type MetricName = keyof typeof METRIC_FAMILIES;
const NAMES = Object.keys(METRIC_FAMILIES) as MetricName[];

/** What gives a label its value: an expression over what requests are counted by, or one that their proxy evaluates and writes down, by its text. */
export type MetricTag = { readonly counted: Expression } | { readonly written: string };

/** What of a metric is otherwise than it is counted. */
export interface MetricRule {
  readonly isDisabled: boolean;
  /** By the label's name; undefined: it has none. */
  readonly tags: ReadonlyMap<string, MetricTag | undefined>;
}

/** What a workload's requests are exported as, by metric; "none": not at all. What is not in it is exported as it is counted. */
export type SideRules = ReadonlyMap<MetricName, MetricRule> | "none";

/** As a caller, which a gateway is too, and as the called. */
export interface ExportedMetrics {
  readonly client: SideRules;
  readonly server: SideRules;
}

type Telemetry = Resource<"Telemetry">;
type Settings = Pick<ProxySettings, "providers" | "defaultProviders">;

const PROMETHEUS = "prometheus";

/**
 * Of the mesh, then of the namespace, then of the workload (Istio's `mergeMetrics`): of several overrides of a metric the last that says
 * something counts, label by label. `ALL_METRICS` disabled is undone by whatever override follows for that side. Nothing is exported
 * where the lowest level that names providers names none that is Prometheus.
 */
export function resolveMetrics(
  telemetries: readonly Telemetry[],
  workload: { readonly namespace: string; readonly labels: Labels },
  scope: PolicyScope,
  settings: Settings,
): ExportedMetrics {
  const levels = levelsOf(findSpeaking(telemetries, workload, scope));
  const entries = levels.flatMap(({ spec }) => spec.metrics ?? []);
  const named = entries.flatMap(({ providers = [] }) =>
    providers.length === 0 ? [] : [providers.map(({ name }) => name)],
  );
  const inScope = (named.at(-1) ?? settings.defaultProviders.metrics).filter((name) => isPrometheus(name, settings));
  const [provider] = [...inScope].sort();
  if (provider === undefined) return { client: "none", server: "none" };
  const overrides = overridesFor(provider, entries, settings.defaultProviders.metrics);
  return { client: merge(overrides, "CLIENT"), server: merge(overrides, "SERVER") };
}

/** Whether nobody has anything exported otherwise than it is counted. */
export function exportsAsCounted(telemetries: readonly Telemetry[], settings: Settings): boolean {
  return (
    settings.defaultProviders.metrics.some((name) => isPrometheus(name, settings)) &&
    telemetries.every(({ spec }) => (spec.metrics ?? []).length === 0)
  );
}

/** Istio has one of the name `prometheus` by itself. */
export function isPrometheus(name: string, { providers }: Pick<Settings, "providers">): boolean {
  const found = findProvider(providers, name);
  return found === undefined ? name.toLowerCase() === PROMETHEUS : found.prometheus !== undefined;
}

type Override = NonNullable<Metrics["overrides"]>[number];

function overridesFor(provider: string, entries: readonly Metrics[], defaults: readonly string[]): readonly Override[] {
  let names = defaults;
  return entries.flatMap(({ providers = [], overrides = [] }) => {
    if (providers.length > 0) names = providers.map(({ name }) => name);
    return names.includes(provider) ? overrides : [];
  });
}

function merge(overrides: readonly Override[], side: Side): SideRules {
  const rules = new Map<MetricName, MetricRule>();
  let isNothing = false;
  for (const { match, disabled, tagOverrides = {} } of overrides) {
    if (!isForSide(match, side)) continue;
    const metric = match?.metric;
    isNothing = metric === "ALL_METRICS" && disabled === true;
    if (isNothing) continue;
    const tags = Object.entries(tagOverrides).map(
      ([name, { operation, value }]) => [name, operation === "REMOVE" ? undefined : tagOf(value)] as const,
    );
    for (const name of metric === undefined || metric === "ALL_METRICS"
      ? NAMES
      : NAMES.filter((each) => each === metric)) {
      const before = rules.get(name);
      rules.set(name, {
        isDisabled: disabled ?? before?.isDisabled ?? false,
        tags: new Map([...(before?.tags ?? []), ...tags]),
      });
    }
  }
  return isNothing ? "none" : rules;
}

/** What is stored was checked: a text that cannot be read is a label without a value. */
function tagOf(text = ""): MetricTag {
  const parsed = parseCel(text);
  if ("problem" in parsed) return { counted: { kind: "literal", value: UNKNOWN } };
  return isCounted(parsed.expression) ? { counted: parsed.expression } : { written: writtenText(text) };
}

/** What proxies write of each request, for labels of what is shown: expressions, in one order. */
export interface WrittenTags {
  readonly client: readonly string[];
  readonly server: readonly string[];
  /** Refs of those that may ask for it. */
  readonly sources: readonly string[];
}

const NO_WRITTEN_TAGS: WrittenTags = { client: [], server: [], sources: [] };

/** What a workload's proxy has to write of its requests, as a caller and as the called. */
export function resolveWrittenTags(
  telemetries: readonly Telemetry[],
  workload: { readonly namespace: string; readonly labels: Labels },
  scope: PolicyScope,
  settings: Settings,
): WrittenTags {
  if (telemetries.every(({ spec }) => (spec.metrics ?? []).length === 0)) return NO_WRITTEN_TAGS;
  const { client, server } = resolveMetrics(telemetries, workload, scope, settings);
  const [asCaller, asCalled] = [writtenIn(client), writtenIn(server)];
  if (asCaller.length + asCalled.length === 0) return NO_WRITTEN_TAGS;
  const speaking = levelsOf(findSpeaking(telemetries, workload, scope)).filter(({ spec }) => spec.metrics);
  return { client: asCaller, server: asCalled, sources: speaking.map((each) => formatRef(refOf(each))) };
}

function writtenIn(rules: SideRules): readonly string[] {
  if (rules === "none") return [];
  const texts = [...rules.values()]
    .filter(({ isDisabled }) => !isDisabled)
    .flatMap(({ tags }) => [...tags.values()].flatMap((tag) => (tag && "written" in tag ? [tag.written] : [])));
  return [...new Set(texts)].sort().slice(0, WRITTEN_TAGS_MAX);
}
