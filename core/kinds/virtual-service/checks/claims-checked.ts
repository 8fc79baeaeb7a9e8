import { CLAIMS_NOT_CHECKED } from "#core/check/claims-not-checked.ts";
import type { EachCheck } from "#core/check/rule.ts";
import { listClaimMatches } from "#core/kinds/virtual-service/claim-matches.ts";
import { expandGateway } from "#core/resolve/gateway-ref.ts";
import { resolvePolicies } from "#core/resolve/policies.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";

/** Claims are known of a token that was checked, and of no other: without a RequestAuthentication no such rule holds. */
export const claimsChecked: EachCheck<"VirtualService"> = {
  ...CLAIMS_NOT_CHECKED,
  each(resource, context) {
    const [first] = listClaimMatches(resource.spec);
    if (first === undefined) return [];
    const { gateways, select, policyScope } = context;
    const authentications = context.of("RequestAuthentication");
    const unchecked = (resource.spec.gateways ?? []).filter((written) => {
      const gateway = gateways.get(expandGateway(written, resource.metadata.namespace));
      const selector = gateway?.spec.selector ?? {};
      return (
        gateway !== undefined &&
        select(selector, undefined).some(
          (workload) => resolvePolicies(authentications, workload, policyScope).length === 0,
        )
      );
    });
    if (unchecked.length === 0) return [];
    return [
      {
        severity: "error",
        resource: formatRef(refOf(resource)),
        path: first.path,
        message: `gateway ${unchecked.join(", ")} checks no tokens: ${first.key} holds for no request there`,
        hint: "apply a RequestAuthentication that selects the gateway's workload",
      },
    ];
  },
};
