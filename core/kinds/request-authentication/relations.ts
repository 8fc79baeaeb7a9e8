import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { policyTargetFound } from "#core/kinds/policy-target-found.ts";
import { concernByTokens } from "#core/kinds/request-authentication/concern.ts";
import { explainRequestAuthentication } from "#core/kinds/request-authentication/explain.ts";

export const requestAuthenticationRelations: KindRelations<"RequestAuthentication"> = {
  checks: [policyTargetFound],
  explain: explainRequestAuthentication,
  concern: concernByTokens,
};
