import { compareNames } from "#core/compare-names.ts";
import { describePrincipal } from "#core/form/describe-principal.ts";

export interface PrincipalNames {
  /** Short names of the principals there are, for a list to choose from. */
  readonly options: readonly string[];
  /** A principal as people say it; what is unknown stays as it is. */
  toName(principal: string): string;
  /** What is to be known of a name or principal that nobody has; patterns match who is yet to come. */
  doubtOf(name: string): string | null;
  /** The principal that a name stands for; what is no name is taken as it was typed. */
  toPrincipal(name: string): string;
}

/** Short names for principals: the account, with its namespace unless it is the policy's own. */
export function namePrincipals(principals: readonly string[], homeNamespace: string): PrincipalNames {
  const byName = new Map(principals.map((principal) => [describePrincipal(principal, homeNamespace), principal]));
  const byPrincipal = new Map([...byName].map(([name, principal]) => [principal, name]));
  return {
    options: [...byName.keys()].sort(compareNames),
    toName: (principal) => byPrincipal.get(principal) ?? principal,
    doubtOf: (name) =>
      name.includes("*") || byName.has(name) || byPrincipal.has(name.replace(/^spiffe:\/\//, ""))
        ? null
        : "no workload has this identity yet",
    toPrincipal: (name) => byName.get(name) ?? name,
  };
}
