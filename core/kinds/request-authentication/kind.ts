import { defineKind } from "#core/kinds/kind.ts";
import { describeRequestAuthentication } from "#core/kinds/request-authentication/effect.ts";
import { keyLocationOf } from "#core/kinds/request-authentication/key-location.ts";
import { REQUEST_AUTHENTICATION } from "#core/kinds/request-authentication/schema.ts";
import { validateRequestAuthentication } from "#core/kinds/request-authentication/validate.ts";

export const requestAuthentication = defineKind({
  group: "security.istio.io",
  plural: "requestauthentications",
  short: "ra",
  area: "security",
  blame: 2,
  schema: REQUEST_AUTHENTICATION,
  validate: ({ spec }) => validateRequestAuthentication(spec),
  selector: ({ selector }) => ({
    labels: selector?.matchLabels,
    path: ["spec", "selector"],
    among: "own-namespace-or-mesh",
  }),
  keyLocations: ({ jwtRules = [] }) => [...new Set(jwtRules.flatMap((rule) => keyLocationOf(rule) ?? []))],
  template: { jwtRules: [{ issuer: "https://", jwksUri: "https://" }] },
  effect: describeRequestAuthentication,
});
