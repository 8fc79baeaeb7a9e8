import { AUTHORIZATION_POLICY } from "#core/kinds/authorization-policy/schema.ts";
import { validateAuthorizationPolicy } from "#core/kinds/authorization-policy/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const authorizationPolicy = defineKind({
  group: "security.istio.io",
  plural: "authorizationpolicies",
  short: "ap",
  area: "security",
  schema: AUTHORIZATION_POLICY,
  validate: validateAuthorizationPolicy,
  template: { action: "ALLOW", rules: [] },
});
