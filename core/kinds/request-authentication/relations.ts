import type { KindRelations } from "#core/kinds/kind-relations.ts";
import { concernByTokens } from "#core/kinds/request-authentication/concern.ts";
import { explainRequestAuthentication } from "#core/kinds/request-authentication/explain.ts";

export const requestAuthenticationRelations: KindRelations<"RequestAuthentication"> = {
  checks: [],
  explain: explainRequestAuthentication,
  concern: concernByTokens,
};
