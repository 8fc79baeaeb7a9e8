import { deniesTcp } from "#core/kinds/authorization-policy/checks/denies-tcp.ts";
import { policyHost } from "#core/kinds/authorization-policy/checks/policy-host.ts";
import { policyTargetFound } from "#core/kinds/authorization-policy/checks/policy-target-found.ts";
import { providerNotAsked } from "#core/kinds/authorization-policy/checks/provider-not-asked.ts";
import { sourceNamespace } from "#core/kinds/authorization-policy/checks/source-namespace.ts";
import { sourcePrincipal } from "#core/kinds/authorization-policy/checks/source-principal.ts";
import { explainAuthorizationPolicy } from "#core/kinds/authorization-policy/explain.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByPolicy } from "#core/traffic/concern-policy.ts";

export const authorizationPolicyRelations: KindRelations<"AuthorizationPolicy"> = {
  checks: [policyTargetFound, providerNotAsked, sourcePrincipal, sourceNamespace, policyHost, deniesTcp],
  explain: explainAuthorizationPolicy,
  concern: concernByPolicy,
};
