import { authorizationPolicyNamespace } from "#core/check/authorization-policy-namespace.ts";
import { authorizationPolicyPrincipal } from "#core/check/authorization-policy-principal.ts";
import { createCheckContext } from "#core/check/context.ts";
import { destinationRuleHost } from "#core/check/destination-rule-host.ts";
import { destinationRuleSubsetLabels } from "#core/check/destination-rule-subset-labels.ts";
import { duplicatePolicy } from "#core/check/duplicate-policy.ts";
import { duplicateService } from "#core/check/duplicate-service.ts";
import { mtlsConflict } from "#core/check/mtls-conflict.ts";
import type { CheckRule } from "#core/check/rule.ts";
import { selectorMatchesNothing } from "#core/check/selector-matches-nothing.ts";
import { virtualServiceDestination } from "#core/check/virtual-service-destination.ts";
import { virtualServiceDuplicateHost } from "#core/check/virtual-service-duplicate-host.ts";
import { virtualServiceGateway } from "#core/check/virtual-service-gateway.ts";
import { virtualServiceSubset } from "#core/check/virtual-service-subset.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { formatRef, refOf } from "#core/resource/resource.ts";
import { validateResource } from "#core/resource/validate/index.ts";

export const CHECK_RULES: readonly CheckRule[] = [
  virtualServiceDestination,
  virtualServiceSubset,
  virtualServiceGateway,
  virtualServiceDuplicateHost,
  destinationRuleHost,
  destinationRuleSubsetLabels,
  authorizationPolicyPrincipal,
  authorizationPolicyNamespace,
  selectorMatchesNothing,
  mtlsConflict,
  duplicatePolicy,
  duplicateService,
];

/**
 * What the resources of a snapshot have wrong with each other and, as warnings, each with itself (weights, rules that
 * no request reaches). Ordered by resource, then path. None of it keeps a change from being saved.
 */
export function checkConfig(snapshot: Snapshot): Diagnostic[] {
  const context = createCheckContext(snapshot);
  const between = CHECK_RULES.flatMap((rule) =>
    rule.check(context).map((finding) => ({ code: rule.code, ...finding })),
  );
  const alone = snapshot.resources.flatMap((resource) =>
    validateResource(resource).map((issue) => ({ resource: formatRef(refOf(resource)), ...issue })),
  );
  return [...between, ...alone].sort(
    (left, right) =>
      compare(left.resource, right.resource) || compare(left.path, right.path) || compare(left.code, right.code),
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
