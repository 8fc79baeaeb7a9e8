import { listPorts } from "#core/kinds/authorization-policy/list-ports.ts";
import { AUTHORIZATION_POLICY } from "#core/kinds/authorization-policy/schema.ts";
import { validateAuthorizationPolicy } from "#core/kinds/authorization-policy/validate.ts";
import { defineKind } from "#core/kinds/kind.ts";

export const authorizationPolicy = defineKind({
  group: "security.istio.io",
  plural: "authorizationpolicies",
  short: "ap",
  area: "security",
  form: "policy",
  blame: 2,
  schema: AUTHORIZATION_POLICY,
  validate: validateAuthorizationPolicy,
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace-or-mesh",
  }),
  applicationPorts: listPorts,
  template: { action: "ALLOW", rules: [] },
});
