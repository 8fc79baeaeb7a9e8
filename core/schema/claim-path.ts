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
