import { DIMENSION_NAMES, DIMENSIONS, type DimensionName, type TrafficKey } from "#core/telemetry/dimensions.ts";
import { renderLabels } from "#node/prometheus-text.ts";

/** What only an answer over HTTP has. */
const OF_HTTP: ReadonlySet<DimensionName> = new Set(["responseCode", "grpcStatus"]);
const LABELLED = DIMENSION_NAMES.filter((name) => DIMENSIONS[name].labels.length > 0);
const LABELLED_TCP = LABELLED.filter((name) => !OF_HTTP.has(name));

function labelled({ protocol }: TrafficKey): readonly DimensionName[] {
  return protocol === "tcp" ? LABELLED_TCP : LABELLED;
}

/** Equal for keys that have the same labels in Istio's metrics, and of which proxies wrote the same for labels of Telemetries. */
export function seriesOf(key: TrafficKey): string {
  let { tags: text } = key;
  for (const name of labelled(key)) text += `${key[name]}\u0000`;
  return text;
}

/** Labels of Istio's standard metrics, as they stand between the braces. */
export function labelsOf(key: TrafficKey): string {
  return renderLabels(labelRecord(key));
}

/** The same by their names. */
export function labelRecord(key: TrafficKey): Record<string, string> {
  const [serviceName = key.destinationService, serviceNamespace = key.destinationNamespace] =
    key.destinationService.split(".");
  const labels: Record<string, string> = {};
  for (const name of labelled(key)) for (const label of DIMENSIONS[name].labels) labels[label] = String(key[name]);
  // Added one by one: a copy costs as much as all that is copied.
  labels.source_cluster = "Kubernetes";
  labels.destination_cluster = "Kubernetes";
  labels.destination_service_name = serviceName;
  labels.destination_service_namespace = serviceNamespace;
  return labels;
}
