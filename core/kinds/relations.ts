import { alertReceiverRelations } from "#core/kinds/alert-receiver/relations.ts";
import { alertRuleRelations } from "#core/kinds/alert-rule/relations.ts";
import { authorizationPolicyRelations } from "#core/kinds/authorization-policy/relations.ts";
import { destinationRuleRelations } from "#core/kinds/destination-rule/relations.ts";
import { envoyFilterRelations } from "#core/kinds/envoy-filter/relations.ts";
import { gatewayRelations } from "#core/kinds/gateway/relations.ts";
import { healthPolicyRelations } from "#core/kinds/health-policy/relations.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import type { Kind } from "#core/kinds/kinds.ts";
import { meshConfigRelations } from "#core/kinds/mesh-config/relations.ts";
import { objectiveRelations } from "#core/kinds/objective/relations.ts";
import { peerAuthenticationRelations } from "#core/kinds/peer-authentication/relations.ts";
import { planRelations } from "#core/kinds/plan/relations.ts";
import { proxyConfigRelations } from "#core/kinds/proxy-config/relations.ts";
import { quotaRelations } from "#core/kinds/quota/relations.ts";
import { rateLimitRelations } from "#core/kinds/rate-limit/relations.ts";
import { requestAuthenticationRelations } from "#core/kinds/request-authentication/relations.ts";
import { serviceEntryRelations } from "#core/kinds/service-entry/relations.ts";
import { sidecarRelations } from "#core/kinds/sidecar/relations.ts";
import { silenceRelations } from "#core/kinds/silence/relations.ts";
import { telemetryRelations } from "#core/kinds/telemetry/relations.ts";
import { trafficExtensionRelations } from "#core/kinds/traffic-extension/relations.ts";
import { virtualServiceRelations } from "#core/kinds/virtual-service/relations.ts";
import { wasmPluginRelations } from "#core/kinds/wasm-plugin/relations.ts";
import { workloadEntryRelations } from "#core/kinds/workload-entry/relations.ts";
import { workloadGroupRelations } from "#core/kinds/workload-group/relations.ts";

/** What each kind means beside others: apart from `KINDS`, for it reads the answers of `core/resolve`. */
const RELATIONS: { readonly [K in Kind]: KindRelations<K> } = {
  Gateway: gatewayRelations,
  VirtualService: virtualServiceRelations,
  DestinationRule: destinationRuleRelations,
  ServiceEntry: serviceEntryRelations,
  Sidecar: sidecarRelations,
  WorkloadEntry: workloadEntryRelations,
  WorkloadGroup: workloadGroupRelations,
  Telemetry: telemetryRelations,
  EnvoyFilter: envoyFilterRelations,
  ProxyConfig: proxyConfigRelations,
  WasmPlugin: wasmPluginRelations,
  TrafficExtension: trafficExtensionRelations,
  PeerAuthentication: peerAuthenticationRelations,
  RequestAuthentication: requestAuthenticationRelations,
  AuthorizationPolicy: authorizationPolicyRelations,
  RateLimit: rateLimitRelations,
  Quota: quotaRelations,
  Plan: planRelations,
  HealthPolicy: healthPolicyRelations,
  Objective: objectiveRelations,
  AlertRule: alertRuleRelations,
  AlertReceiver: alertReceiverRelations,
  Silence: silenceRelations,
  MeshConfig: meshConfigRelations,
};

export function relationsOf<K extends Kind>(kind: K): KindRelations<K> {
  return RELATIONS[kind];
}
