import type { TrafficKey } from "#core/telemetry/traffic.ts";
import { renderLabels } from "#node/prometheus-text.ts";

/** Equal for keys that have the same labels in Istio's metrics. */
export function seriesOf(key: TrafficKey): string {
  const isTcp = key.protocol === "tcp";
  return [
    key.reporter,
    key.sourceWorkload,
    key.sourceNamespace,
    key.sourceApp,
    key.sourceVersion,
    key.sourcePrincipal,
    key.destinationWorkload,
    key.destinationNamespace,
    key.destinationApp,
    key.destinationVersion,
    key.destinationPrincipal,
    key.destinationService,
    key.protocol,
    isTcp ? "" : key.responseCode,
    isTcp ? "" : key.grpcStatus,
    key.responseFlags,
    key.security,
  ].join("\u0000");
}

/** Labels of Istio's standard metrics, as they stand between the braces. */
export function labelsOf(key: TrafficKey): string {
  const [serviceName = key.destinationService, serviceNamespace = key.destinationNamespace] =
    key.destinationService.split(".");
  const labels: Record<string, string> = {
    reporter: key.reporter,
    source_workload: key.sourceWorkload,
    source_workload_namespace: key.sourceNamespace,
    source_principal: key.sourcePrincipal,
    source_app: key.sourceApp,
    source_version: key.sourceVersion,
    source_canonical_service: key.sourceApp,
    source_canonical_revision: key.sourceVersion,
    source_cluster: "Kubernetes",
    destination_workload: key.destinationWorkload,
    destination_workload_namespace: key.destinationNamespace,
    destination_principal: key.destinationPrincipal,
    destination_app: key.destinationApp,
    destination_version: key.destinationVersion,
    destination_canonical_service: key.destinationApp,
    destination_canonical_revision: key.destinationVersion,
    destination_cluster: "Kubernetes",
    destination_service: key.destinationService,
    destination_service_name: serviceName,
    destination_service_namespace: serviceNamespace,
    request_protocol: key.protocol,
    ...(key.protocol === "tcp"
      ? {}
      : { response_code: String(key.responseCode), grpc_response_status: key.grpcStatus }),
    response_flags: key.responseFlags,
    connection_security_policy: key.security,
  };
  return renderLabels(labels);
}
