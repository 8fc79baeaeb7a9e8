import { UNKNOWN } from "#core/model/workload-label.ts";
import { nameAuthorizerRefusal } from "#core/telemetry/authorizer-refusal.ts";
import { nameLimitRefusal, namespaceOfLimitRefusal } from "#core/telemetry/limit-refusal.ts";
import { nameOwnAnswer } from "#core/telemetry/own-answer.ts";
import { nameRefusal } from "#core/telemetry/refused-connection.ts";
import { nameTokenRefusal } from "#core/telemetry/token-refusal.ts";
import { parsePolicyName } from "#core/xds/policy-name.ts";

/** What stands in a denial for "there are ALLOW policies, and none matched". */
const NO_ALLOW_MATCHED = "none";

const DETAILS = /rbac_access_denied_matched_policy\[(.*)\]/;

/** The policy that refused, as Envoy names it in its response code details; empty when none did. */
export function parseDeniedBy(responseCodeDetails: string): string {
  if (!responseCodeDetails.startsWith("rbac_")) return "";
  return DETAILS.exec(responseCodeDetails)?.[1] ?? "";
}

/**
 * What a person reads: `KIND/NAMESPACE/NAME` of the AuthorizationPolicies, PeerAuthentication, RequestAuthentications, and of a RateLimit its rule behind it, else why in words:
 * what mTLS failed of, that no ALLOW policy matched, or that the caller's own proxy turned it down.
 */
export function nameDenials(deniedBy: string): string[] {
  if (deniedBy === NO_ALLOW_MATCHED) return ["no ALLOW policy matched"];
  const words = nameRefusal(deniedBy) ?? nameOwnAnswer(deniedBy);
  if (words !== undefined) return [words];
  const overIt = nameTokenRefusal(deniedBy) ?? nameAuthorizerRefusal(deniedBy) ?? nameLimitRefusal(deniedBy);
  if (overIt !== undefined) return overIt;
  const policy = parsePolicyName(deniedBy);
  return [policy === undefined ? deniedBy : `AuthorizationPolicy/${policy.namespace}/${policy.name}`];
}

/** The same in one text. */
export function nameDenial(deniedBy: string): string {
  return nameDenials(deniedBy).join(", ");
}

/** Whose policy it names; undefined where it names none. */
export function namespaceOfDenial(deniedBy: string): string | undefined {
  return parsePolicyName(deniedBy)?.namespace ?? namespaceOfLimitRefusal(deniedBy);
}

/** As Envoy and the agent write it: nothing else is a denial. "unknown" is one that the agent had no room to tell the policy of. */
export function isDenial(deniedBy: string): boolean {
  return (
    deniedBy === NO_ALLOW_MATCHED ||
    deniedBy === UNKNOWN ||
    nameRefusal(deniedBy) !== undefined ||
    nameOwnAnswer(deniedBy) !== undefined ||
    nameTokenRefusal(deniedBy) !== undefined ||
    nameAuthorizerRefusal(deniedBy) !== undefined ||
    nameLimitRefusal(deniedBy) !== undefined ||
    parsePolicyName(deniedBy) !== undefined
  );
}
