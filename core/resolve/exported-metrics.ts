import type { Metrics } from "#core/kinds/telemetry/schema.ts";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { findProvider } from "#core/resolve/find-provider.ts";
import type { PolicyScope } from "#core/resolve/policy-scope.ts";
import { findSpeaking, levelsOf } from "#core/resolve/speaking.ts";
import { isForSide, type Side } from "#core/resolve/telemetry-side.ts";
import type { Labels } from "#core/resource/labels.ts";
import type { Resource } from "#core/resource/resource.ts";
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

/** What of a metric is otherwise than it is counted. */
export interface MetricRule {
  readonly isDisabled: boolean;
  /** By the label's name; undefined: it has none. */
  readonly tags: ReadonlyMap<string, Expression | undefined>;
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
      ([name, { operation, value }]) => [name, operation === "REMOVE" ? undefined : expressionOf(value)] as const,
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
function expressionOf(text = ""): Expression {
  const parsed = parseCel(text);
  return "expression" in parsed ? parsed.expression : { kind: "literal", value: "unknown" };
}
