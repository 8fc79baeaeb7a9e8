import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import { validateTargets } from "#core/kinds/policy-target.ts";
import { isPrivateKey, parseKeySet } from "#core/kinds/request-authentication/parse-key-set.ts";
import type { JwtRule, RequestAuthenticationSpec } from "#core/kinds/request-authentication/schema.ts";
import { FORMATS } from "#core/schema/formats.ts";
import type { Path } from "#core/schema/path.ts";

export function validateRequestAuthentication(spec: RequestAuthenticationSpec): Diagnostic[] {
  const { jwtRules = [] } = spec;
  return [
    ...validateTargets(spec),
    ...jwtRules.flatMap((rule, index) => validateRule(rule, ["spec", "jwtRules", index])),
  ];
}

function validateRule(rule: JwtRule, path: Path): Diagnostic[] {
  const { issuer = "", jwksUri = rule.jwks_uri, jwks = "" } = rule;
  if (issuer === "" && jwksUri === undefined)
    return [
      errorAt(
        path,
        "missing-field",
        "issuer is missing, and there is no jwksUri",
        "say whose tokens these are; without an issuer name at least where the keys are",
      ),
    ];
  if (jwks !== "") return validateKeys(jwks, [...path, "jwks"]);
  if (jwksUri !== undefined || FORMATS["jwks-uri"](issuer) === undefined) return [];
  return [
    warningAt(
      path,
      "needs-field",
      `there are no keys, and the issuer ${JSON.stringify(issuer)} is no URL at which it could be asked for them: every token is refused`,
      "add jwks or jwksUri",
    ),
  ];
}

function validateKeys(jwks: string, path: Path): Diagnostic[] {
  const set = parseKeySet(jwks);
  if ("problem" in set) return [errorAt(path, "bad-value", set.problem)];
  if (set.keys.length === 0)
    return [warningAt(path, "empty", "has no keys: every token is refused", "or leave it out for jwksUri")];
  const index = set.keys.findIndex(isPrivateKey);
  if (index < 0) return [];
  return [
    warningAt(
      path,
      "private-key",
      `the key at ${index} is a private one: whoever reads this configuration can sign tokens`,
      "write the public key; checking needs no more",
    ),
  ];
}
