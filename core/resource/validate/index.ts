import { assertNever } from "#core/brand.ts";
import type { AnyResource } from "#core/resource/resource.ts";
import { validateAuthorizationPolicy } from "#core/resource/validate/authorization-policy.ts";
import { validateDestinationRule } from "#core/resource/validate/destination-rule.ts";
import { validateGateway } from "#core/resource/validate/gateway.ts";
import type { Issue } from "#core/resource/validate/issue.ts";
import { validatePeerAuthentication } from "#core/resource/validate/peer-authentication.ts";
import { validateServiceEntry } from "#core/resource/validate/service-entry.ts";
import { validateVirtualService } from "#core/resource/validate/virtual-service.ts";
import { validateWorkloadEntry } from "#core/resource/validate/workload-entry.ts";

/** What the fields of a resource say against each other, as Istio's webhook would; its fields are right one by one. */
export function validateResource(resource: AnyResource): Issue[] {
  switch (resource.kind) {
    case "Gateway":
      return validateGateway(resource.spec);
    case "VirtualService":
      return validateVirtualService(resource.spec);
    case "DestinationRule":
      return validateDestinationRule(resource.spec);
    case "ServiceEntry":
      return validateServiceEntry(resource.spec);
    case "WorkloadEntry":
      return validateWorkloadEntry(resource.spec, "spec", true);
    case "WorkloadGroup":
      return validateWorkloadEntry(resource.spec.template, "spec.template", false);
    case "PeerAuthentication":
      return validatePeerAuthentication(resource.spec);
    case "AuthorizationPolicy":
      return validateAuthorizationPolicy(resource);
    default:
      return assertNever(resource);
  }
}
