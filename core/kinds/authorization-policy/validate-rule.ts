import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { AuthorizationCondition, AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import { FORMATS } from "#core/schema/formats.ts";
import { isIpOrCidr } from "#core/schema/ip-address.ts";
import type { Path } from "#core/schema/path.ts";

type Operation = NonNullable<AuthorizationRule["to"]>[number]["operation"];

/** Which requests are meant, in the words of an AuthorizationPolicy's rule: for every kind that says so in these. */
export function validateRules(rules: readonly AuthorizationRule[] | undefined, path: Path): Diagnostic[] {
  return (rules ?? []).flatMap((rule, index) => validateRule(rule, [...path, index]));
}

function validateRule(rule: AuthorizationRule, path: Path): Diagnostic[] {
  const issues: Diagnostic[] = [];
  (rule.from ?? []).forEach(({ source }, index) => {
    const here = [...path, "from", index, "source"];
    if (Object.keys(source ?? {}).length === 0)
      issues.push(errorAt(here, "empty", "the source is empty", "to match every caller leave `from` out"));
    const accounts = source?.serviceAccounts ?? source?.notServiceAccounts;
    if (
      accounts !== undefined &&
      (source?.principals ?? source?.notPrincipals ?? source?.namespaces ?? source?.notNamespaces) !== undefined
    ) {
      issues.push(
        errorAt(
          [...here, "serviceAccounts"],
          "conflicting-fields",
          "serviceAccounts goes with neither principals nor namespaces",
        ),
      );
    }
  });
  (rule.to ?? []).forEach(({ operation }, index) => {
    const here = [...path, "to", index, "operation"];
    if (Object.keys(operation ?? {}).length === 0)
      issues.push(errorAt(here, "empty", "the operation is empty", "to match every request leave `to` out"));
    issues.push(...validateReach(operation, here));
  });
  (rule.when ?? []).forEach((condition, index) => {
    issues.push(...validateCondition(condition, [...path, "when", index]));
  });
  return issues;
}

/** What is compared with the request as it is, and what no request has. */
function validateReach(operation: Operation, path: Path): Diagnostic[] {
  const among = (
    names: readonly (keyof NonNullable<Operation> & string)[],
    matchesNothing: (value: string) => boolean,
    why: string,
    hint: (value: string) => string,
  ): Diagnostic[] =>
    names.flatMap((name) =>
      (operation?.[name] ?? []).flatMap((value, index) =>
        matchesNothing(value)
          ? [warningAt([...path, name, index], "matches-nothing", `${why}: no request has ${value}`, hint(value))]
          : [],
      ),
    );
  return [
    ...among(
      ["methods", "notMethods"],
      (value) => value !== value.toUpperCase(),
      "methods are in upper case",
      (value) => `write ${value.toUpperCase()}`,
    ),
    ...among(
      ["paths", "notPaths"],
      (value) => !/^[/*]/.test(value),
      "paths begin with /",
      (value) => `write /${value}, or *${value.replace(/^\*|\*$/g, "")} for the end of a path`,
    ),
  ];
}

function validateCondition(condition: AuthorizationCondition, path: Path): Diagnostic[] {
  const values = [...(condition.values ?? []), ...(condition.notValues ?? [])];
  if (values.length === 0)
    return [errorAt(path, "missing-field", "values is missing: say what the condition compares with", "or notValues")];
  const bad = (isRight: (value: string) => boolean, what: string) => {
    const value = values.find((each) => !isRight(each));
    return value === undefined
      ? []
      : [errorAt(path, "bad-value", `${JSON.stringify(value)} is not ${what}, as ${condition.key} compares with`)];
  };
  if (condition.key.endsWith(".ip")) return bad(isIpOrCidr, "an IP address or a CIDR range");
  if (condition.key === "source.serviceAccount")
    return bad((value) => FORMATS["service-account"](value) === undefined, "ACCOUNT or NAMESPACE/ACCOUNT");
  if (condition.key === "source.trustDomain")
    return bad((value) => FORMATS["trust-domain"](value) === undefined, "a trust domain");
  if (condition.key === "destination.port")
    return bad((value) => /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535, "a port");
  return [];
}
