const SECURITY_KINDS = new Set(["AuthorizationPolicy", "PeerAuthentication"]);

/** The page on which a resource is read and edited. */
export function resourceHref(ref: string): string {
  const [kind = "", namespace = "", name = ""] = ref.split("/");
  return `/${SECURITY_KINDS.has(kind) ? "security" : "traffic"}/${encodeURIComponent(kind)}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
