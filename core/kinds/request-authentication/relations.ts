import { policyTargetFound } from "#core/kinds/authorization-policy/checks/policy-target-found.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByTokens } from "#core/kinds/request-authentication/concern.ts";
import { explainRequestAuthentication } from "#core/kinds/request-authentication/explain.ts";

export const requestAuthenticationRelations: KindRelations<"RequestAuthentication"> = {
  checks: [policyTargetFound],
  explain: explainRequestAuthentication,
  concern: concernByTokens,
};
