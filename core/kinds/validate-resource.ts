import { assertNever } from "#core/brand.ts";
import { validateAuthorizationPolicy } from "#core/kinds/authorization-policy/validate.ts";
import { validateDestinationRule } from "#core/kinds/destination-rule/validate.ts";
import { validateGateway } from "#core/kinds/gateway/validate.ts";
import type { Issue } from "#core/kinds/issue.ts";
import { validatePeerAuthentication } from "#core/kinds/peer-authentication/validate.ts";
import { validateServiceEntry } from "#core/kinds/service-entry/validate.ts";
import { validateVirtualService } from "#core/kinds/virtual-service/validate.ts";
import { validateWorkloadEntry } from "#core/kinds/workload-entry/validate.ts";
import type { AnyResource } from "#core/resource/resource.ts";

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
