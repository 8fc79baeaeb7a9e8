const CONDITION = /^request\.auth\.claims(\[.+\])$/;

/**
 * The path of a claim in a condition's key, `request.auth.claims[realm][roles]` → `realm`, `roles`; undefined for another key,
 * and for an empty name. What is no row of brackets is one name between the outermost, as in Istio.
 */
export function claimOfCondition(key: string): readonly string[] | undefined {
  const brackets = CONDITION.exec(key)?.[1];
  if (brackets === undefined) return undefined;
  const path = /^(?:\[[^[\]]*\])+$/.test(brackets) ? brackets.slice(1, -1).split("][") : [brackets.slice(1, -1)];
  return path.includes("") ? undefined : path;
}

const ROUTE_PREFIX = "@request.auth.claims";

/**
 * The path of a claim in a route's match in the place of a header's name, `@request.auth.claims.realm.role` or, for names with
 * dots, `@request.auth.claims[realm][role]`; undefined for the name of a header.
 */
export function claimOfRoute(name: string): readonly string[] | undefined {
  if (!name.toLowerCase().startsWith(ROUTE_PREFIX)) return undefined;
  const rest = name.slice(ROUTE_PREFIX.length);
  const path = rest.startsWith(".")
    ? rest.slice(1).split(".")
    : rest.startsWith("[") && rest.endsWith("]")
      ? rest.slice(1, -1).split("][")
      : [""];
  return path.includes("") ? undefined : path;
}
