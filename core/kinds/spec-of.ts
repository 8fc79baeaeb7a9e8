import type { AuthorizationPolicySpec } from "#core/kinds/authorization-policy/schema.ts";
import type { DestinationRuleSpec } from "#core/kinds/destination-rule/schema.ts";
import type { GatewaySpec } from "#core/kinds/gateway/schema.ts";
import type { PeerAuthenticationSpec } from "#core/kinds/peer-authentication/schema.ts";
import type { ServiceEntrySpec } from "#core/kinds/service-entry/schema.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";
import type { WorkloadEntrySpec } from "#core/kinds/workload-entry/schema.ts";
import type { WorkloadGroupSpec } from "#core/kinds/workload-group/schema.ts";

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
