export type SecurityKind = "AuthorizationPolicy" | "PeerAuthentication";

export function isSecurityKind(kind: string): kind is SecurityKind {
  return kind === "AuthorizationPolicy" || kind === "PeerAuthentication";
}
