/** `cluster.local/ns/default/sa/bookinfo-details` → its parts; null for patterns and other shapes. */
export function parsePrincipal(principal: string): { readonly namespace: string; readonly account: string } | null {
  const match = /^[^/*]+\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(principal);
  return match?.[1] === undefined || match[2] === undefined ? null : { namespace: match[1], account: match[2] };
}

/** As a person says it: the account, with its namespace unless it is `homeNamespace`. */
export function describePrincipal(principal: string, homeNamespace: string): string {
  if (principal === "*") return "anyone with an identity";
  const parts = parsePrincipal(principal);
  if (parts === null) return principal;
  return parts.namespace === homeNamespace ? parts.account : `${parts.account} (${parts.namespace})`;
}
