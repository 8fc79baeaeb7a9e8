export interface PolicyLink {
  /** Of the service to protect. */
  readonly host: string;
  /** Who calls it, as certificates or policies write them. */
  readonly principals?: readonly string[];
  readonly action?: "ALLOW" | "DENY";
}

/** A new policy, begun with what is known where the link stands. */
export function policyHref({ host, principals = [], action }: PolicyLink): string {
  const params = new URLSearchParams({ host });
  for (const principal of principals) params.append("principal", principal.replace(/^spiffe:\/\//, ""));
  if (action !== undefined) params.set("action", action);
  return `/security/new?${params.toString()}`;
}
