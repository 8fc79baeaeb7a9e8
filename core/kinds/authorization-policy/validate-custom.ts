import { type Diagnostic, errorAt } from "#core/diagnostic.ts";
import type { AuthorizationPolicySpec, AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** Who calls is for the authorizer to judge; as in Istio, rules say only which requests it is asked about. */
const OF_CALLERS = [
  "namespaces",
  "notNamespaces",
  "serviceAccounts",
  "notServiceAccounts",
  "principals",
  "notPrincipals",
  "trustDomains",
  "notTrustDomains",
  "requestPrincipals",
  "notRequestPrincipals",
] as const;
const KEY_OF_CALLERS = /^(?:source\.(?:namespace|serviceAccount|principal|trustDomain)$|request\.auth\.)/;

/** What goes with the action CUSTOM and with no other. */
export function validateCustom({ action, provider, rules }: AuthorizationPolicySpec): Diagnostic[] {
  if (action !== "CUSTOM")
    return provider === undefined
      ? []
      : [errorAt(["spec", "provider"], "conflicting-fields", "a provider goes with the action CUSTOM alone")];
  return [
    ...(provider === undefined
      ? [
          errorAt(
            ["spec"],
            "missing-field",
            "provider is missing: a CUSTOM policy must say who is asked",
            "name one of the MeshConfig's extensionProviders",
          ),
        ]
      : []),
    ...((rules ?? []).length === 0
      ? [
          errorAt(
            ["spec"],
            "missing-field",
            "rules is missing: a CUSTOM policy must say which requests its provider is asked about",
            "`rules: [{}]` are all of them",
          ),
        ]
      : []),
    ...(rules ?? []).flatMap((rule, index) => validateRule(rule, ["spec", "rules", index])),
  ];
}

function validateRule({ from = [], when = [] }: AuthorizationRule, path: Path): Diagnostic[] {
  const refuse = (at: Path, what: string): Diagnostic =>
    errorAt(
      at,
      "conflicting-fields",
      `${what} does not go with the action CUSTOM`,
      "leave it to the provider, which is told who calls, or write an ALLOW or DENY beside it",
    );
  return [
    ...from.flatMap(({ source }, index) =>
      OF_CALLERS.flatMap((name) =>
        (source?.[name] ?? []).length === 0 ? [] : [refuse([...path, "from", index, "source", name], name)],
      ),
    ),
    ...when.flatMap(({ key }, index) =>
      KEY_OF_CALLERS.test(key) ? [refuse([...path, "when", index, "key"], key)] : [],
    ),
  ];
}
