import type { AuthorizationRule } from "#core/kinds/authorization-policy/schema.ts";

const OF_TOKENS = ["requestPrincipals", "notRequestPrincipals"] as const;
const OF_REQUESTS = ["hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"] as const;

/** Whether a rule asks for what only HTTP knows: it allows no connection then, and of the other actions that part is left out (as in Istio). */
export function usesHttp({ from = [], to = [], when = [] }: AuthorizationRule): boolean {
  return (
    from.some(({ source }) => OF_TOKENS.some((name) => (source?.[name] ?? []).length > 0)) ||
    to.some(({ operation }) => OF_REQUESTS.some((name) => (operation?.[name] ?? []).length > 0)) ||
    when.some(({ key }) => isOfRequest(key))
  );
}

/** Of a condition's key. */
export function isOfRequest(key: string): boolean {
  return key.startsWith("request.");
}
