import { UNKNOWN } from "#core/model/workload-label.ts";
import type { Reporter } from "#server/telemetry/ingest/reporter.ts";

/** Attributes of the resource whose spans an agent hands over, as its proxy's tracer would name them: from certificate and registry. */
export function describeSpans({
  namespace,
  workload,
}: Pick<Reporter, "namespace" | "workload">): Record<string, string> {
  const { app, version } = workload ?? { app: UNKNOWN, version: UNKNOWN };
  return {
    "service.name": workload === undefined ? UNKNOWN : `${app}.${namespace}`,
    "service.version": version,
    "istio.canonical_service": app,
    "istio.canonical_revision": version,
    "istio.namespace": namespace,
  };
}
