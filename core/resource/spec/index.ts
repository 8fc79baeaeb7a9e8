import type { AuthorizationPolicySpec } from "#core/resource/spec/authorization-policy.ts";
import type { DestinationRuleSpec } from "#core/resource/spec/destination-rule.ts";
import type { GatewaySpec } from "#core/resource/spec/gateway.ts";
import type { PeerAuthenticationSpec } from "#core/resource/spec/peer-authentication.ts";
import type { ServiceEntrySpec } from "#core/resource/spec/service-entry.ts";
import type { VirtualServiceSpec } from "#core/resource/spec/virtual-service.ts";
import type { WorkloadEntrySpec } from "#core/resource/spec/workload-entry.ts";
import type { WorkloadGroupSpec } from "#core/resource/spec/workload-group.ts";

/**
 * The spec of each kind, in Istio's JSON form (camelCase, durations as strings). Fields that the field table refuses
 * stand here too, but never in a parsed resource.
 */
export interface SpecOf {
  readonly Gateway: GatewaySpec;
  readonly VirtualService: VirtualServiceSpec;
  readonly DestinationRule: DestinationRuleSpec;
  readonly ServiceEntry: ServiceEntrySpec;
  readonly WorkloadEntry: WorkloadEntrySpec;
  readonly WorkloadGroup: WorkloadGroupSpec;
  readonly PeerAuthentication: PeerAuthenticationSpec;
  readonly AuthorizationPolicy: AuthorizationPolicySpec;
}
