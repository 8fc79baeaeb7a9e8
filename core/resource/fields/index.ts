import type { Kind } from "#core/kinds/kinds.ts";
import type { FieldTable } from "#core/resource/field.ts";
import { AUTHORIZATION_POLICY_FIELDS } from "#core/resource/fields/authorization-policy.ts";
import { DESTINATION_RULE_FIELDS } from "#core/resource/fields/destination-rule.ts";
import { GATEWAY_FIELDS } from "#core/resource/fields/gateway.ts";
import { PEER_AUTHENTICATION_FIELDS } from "#core/resource/fields/peer-authentication.ts";
import { SERVICE_ENTRY_FIELDS } from "#core/resource/fields/service-entry.ts";
import { VIRTUAL_SERVICE_FIELDS } from "#core/resource/fields/virtual-service.ts";
import { WORKLOAD_ENTRY_FIELDS } from "#core/resource/fields/workload-entry.ts";
import { WORKLOAD_GROUP_FIELDS } from "#core/resource/fields/workload-group.ts";

/** Every field of every kind's spec: handled, or refused with the reason. */
export const FIELDS = {
  Gateway: GATEWAY_FIELDS,
  VirtualService: VIRTUAL_SERVICE_FIELDS,
  DestinationRule: DESTINATION_RULE_FIELDS,
  ServiceEntry: SERVICE_ENTRY_FIELDS,
  WorkloadEntry: WORKLOAD_ENTRY_FIELDS,
  WorkloadGroup: WORKLOAD_GROUP_FIELDS,
  PeerAuthentication: PEER_AUTHENTICATION_FIELDS,
  AuthorizationPolicy: AUTHORIZATION_POLICY_FIELDS,
} as const satisfies Record<Kind, FieldTable>;
