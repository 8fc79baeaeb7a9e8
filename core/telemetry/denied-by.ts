import { UNKNOWN } from "#core/model/workload-label.ts";
import { nameRefusal } from "#core/telemetry/refused-connection.ts";
import { parsePolicyName } from "#core/xds/policy-name.ts";

/** What stands in a denial for "there are ALLOW policies, and none matched". */
const NO_ALLOW_MATCHED = "none";

const DETAILS = /rbac_access_denied_matched_policy\[(.*)\]/;

/** The policy that refused, as Envoy names it in its response code details; empty when none did. */
export function parseDeniedBy(responseCodeDetails: string): string {
  if (!responseCodeDetails.startsWith("rbac_")) return "";
  return DETAILS.exec(responseCodeDetails)?.[1] ?? "";
}

/** What a person reads: `AuthorizationPolicy/NAMESPACE/NAME`, the PeerAuthentication or why mTLS failed, or that no ALLOW policy matched. */
export function nameDenial(deniedBy: string): string {
  if (deniedBy === NO_ALLOW_MATCHED) return "no ALLOW policy matched";
  const refused = nameRefusal(deniedBy);
  if (refused !== undefined) return refused;
  const policy = parsePolicyName(deniedBy);
  return policy === undefined ? deniedBy : `AuthorizationPolicy/${policy.namespace}/${policy.name}`;
}

/** Whose policy it names; undefined where it names none. */
export function namespaceOfDenial(deniedBy: string): string | undefined {
  return parsePolicyName(deniedBy)?.namespace;
}

/** As Envoy and the agent write it: nothing else is a denial. "unknown" is one that the agent had no room to tell the policy of. */
export function isDenial(deniedBy: string): boolean {
  return (
    deniedBy === NO_ALLOW_MATCHED ||
    deniedBy === UNKNOWN ||
    nameRefusal(deniedBy) !== undefined ||
    parsePolicyName(deniedBy) !== undefined
  );
}
