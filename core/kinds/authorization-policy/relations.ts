import { sourceNamespace } from "#core/kinds/authorization-policy/checks/source-namespace.ts";
import { sourcePrincipal } from "#core/kinds/authorization-policy/checks/source-principal.ts";
import { explainAuthorizationPolicy } from "#core/kinds/authorization-policy/explain.ts";
import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByPolicy } from "#core/traffic/concern-policy.ts";

export const authorizationPolicyRelations: KindRelations<"AuthorizationPolicy"> = {
  checks: [sourcePrincipal, sourceNamespace],
  explain: explainAuthorizationPolicy,
  concern: concernByPolicy,
};
