import type { ServiceReader } from "#core/check/context.ts";
import type { EachCheck, Finding } from "#core/check/rule.ts";
import { logOf } from "#core/resolve/access-logs.ts";
import { resolveAsked } from "#core/resolve/asked-service.ts";
import { isPrometheus } from "#core/resolve/exported-metrics.ts";
import { receiverOf } from "#core/resolve/tracing.ts";
import { formatRef, type Resource, refOf } from "#core/resource/resource.ts";

type Section = "metrics" | "accessLogging" | "tracing";

/** Istio says nothing of it, and nobody gets what is asked for. */
export const telemetryProvider: EachCheck<"Telemetry"> = {
  code: "telemetry-provider-not-found",
  summary:
    "A Telemetry names a provider that the MeshConfig does not have, that is of another type, or whose service or port is not there: nobody is told anything.",
  each(telemetry, context): Finding[] {
    return (["metrics", "accessLogging", "tracing"] as const).flatMap((section) => {
      const isNaming = (telemetry.spec[section] ?? []).some(({ providers = [] }) => providers.length > 0);
      return isNaming ? checkSection(telemetry, section, context.services) : [];
    });
  },
};

function checkSection(telemetry: Resource<"Telemetry">, section: Section, services: ServiceReader): Finding[] {
  return (telemetry.spec[section] ?? []).flatMap(({ providers = [] }, entry) =>
    providers.flatMap(({ name }, index): Finding[] => {
      const missing = WHY_NOT[section](name, services);
      if (missing === undefined) return [];
      return [
        {
          severity: "warning",
          resource: formatRef(refOf(telemetry)),
          path: ["spec", section, entry, "providers", index, "name"],
          message: missing,
          hint: HINTS[section],
        },
      ];
    }),
  );
}

const WHY_NOT = { metrics: whyNoMetrics, accessLogging: whyNoLog, tracing: whyNoSpans } as const satisfies Record<
  Section,
  (name: string, services: ServiceReader) => string | undefined
>;

const HINTS = {
  metrics: "name prometheus, or one of the MeshConfig's extensionProviders with `prometheus: {}`",
  accessLogging:
    "name envoy, or one of the MeshConfig's extensionProviders with envoyFileAccessLog, envoyOtelAls, envoyHttpAls or envoyTcpAls, and a service that is there",
  tracing:
    "name one of the MeshConfig's extensionProviders with opentelemetry, zipkin, skywalking or datadog, and a service that is there; or name none: spans go to the control plane",
} as const satisfies Record<Section, string>;

function whyNoSpans(name: string, services: ServiceReader): string | undefined {
  const receiver = receiverOf(name, services.settings());
  if (receiver === undefined)
    return `the MeshConfig has no provider ${name} that takes spans: nothing is traced of the workloads that it is for`;
  const found = resolveAsked(services, receiver);
  if (found === "no-service") return `the service of the provider ${name} is not there: nothing is traced`;
  return found === "no-port" ? `the service of the provider ${name} has no such port: nothing is traced` : undefined;
}

function whyNoMetrics(name: string, services: ServiceReader): string | undefined {
  return isPrometheus(name, services.settings())
    ? undefined
    : `${name} takes no metrics: none is exported of the workloads that it is for`;
}

function whyNoLog(name: string, services: ServiceReader): string | undefined {
  const log = logOf(name, services.settings());
  if (log === undefined) return `the MeshConfig has no provider ${name} that takes logs: nothing is logged to it`;
  if (log.to.kind === "file") return undefined;
  const found = resolveAsked(services, log.to);
  if (found === "no-service") return `the service of the provider ${name} is not there: nothing is logged to it`;
  if (found === "no-port") return `the service of the provider ${name} has no such port: nothing is logged to it`;
  return undefined;
}
