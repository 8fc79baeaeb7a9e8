import type { Role } from "#core/access/role.ts";

/**
 * Procedure → the least role that may call it; "anyone" needs no session. The server enforces it, the console reads it
 * to show or hide what a person may do, and a test holds it against the router: a procedure without a row fails.
 */
const PERMISSIONS = {
  "session.me": "anyone",
  "overview.get": "viewer",
  "topology.graph": "viewer",
  "topology.drawn": "viewer",
  "topology.live": "viewer",
  "topology.series": "viewer",
  "topology.plaintext": "viewer",
  "topology.egress": "viewer",
  "services.list": "viewer",
  "services.get": "viewer",
  "services.names": "viewer",
  "services.policed": "viewer",
  "config.list": "viewer",
  "config.get": "viewer",
  "config.check": "viewer",
  "config.preview": "viewer",
  "config.diagnostics": "viewer",
  "config.history": "viewer",
  "config.revision": "viewer",
  "config.distribution": "viewer",
  "config.reach": "viewer",
  "config.watch": "viewer",
  "config.applyChanges": "operator",
  "config.rollback": "operator",
  "config.restoreChanges": "viewer",
  "config.undo": "operator",
  "simulate.request": "viewer",
  "traces.search": "viewer",
  "traces.get": "viewer",
  "traces.similar": "viewer",
  "traces.attributes": "viewer",
  "traces.values": "viewer",
  "logs.list": "viewer",
  "requests.list": "viewer",
  "requests.search": "viewer",
  "requests.summary": "viewer",
  "requests.differs": "viewer",
  "requests.get": "viewer",
  "requests.explain": "viewer",
  "requests.tap": "viewer",
  "requests.tapHeaders": "operator",
  "requests.shapes": "viewer",
  "requests.totals": "viewer",
  "proxies.list": "viewer",
  "proxies.get": "viewer",
  "proxies.config": "viewer",
  "identity.list": "viewer",
  "identity.revocations": "viewer",
  "identity.revoke": "operator",
  "identity.liftRevocation": "operator",
  "identity.joinTokens": "operator",
  "identity.createJoinToken": "operator",
  "identity.revokeJoinToken": "operator",
  "authentication.get": "viewer",
  "gateways.list": "viewer",
  "effects.get": "viewer",
  "effects.list": "viewer",
  "effects.marks": "viewer",
  "health.current": "viewer",
  "health.history": "viewer",
  "health.tolerances": "viewer",
  "alerts.list": "viewer",
  "alerts.history": "viewer",
  "alerts.summary": "viewer",
  "alerts.receivers": "viewer",
  "objectives.list": "viewer",
  "objectives.get": "viewer",
  "limitUse.get": "viewer",
  "credentials.list": "viewer",
  "credentials.put": "operator",
  "credentials.remove": "operator",
  "limits.rules": "viewer",
  "limits.consumers": "operator",
  "limits.ofConsumer": "operator",
  "limits.consumer": "operator",
  "limits.topUp": "operator",
  "limits.reset": "operator",
  "access.apiTokens": "admin",
  "access.createApiToken": "admin",
  "access.revokeApiToken": "admin",
  "access.audit": "operator",
  "access.setRetention": "admin",
  "access.redaction": "viewer",
  "access.setRedaction": "admin",
  "access.refusals": "operator",
  "access.storage": "viewer",
} as const satisfies Record<string, Role | "anyone">;

export type Procedure = keyof typeof PERMISSIONS;

const RANK = { viewer: 1, operator: 2, admin: 3 } as const satisfies Record<Role, number>;

/** An unknown procedure is allowed to nobody. */
export function minimalRole(procedure: Procedure): Role | "anyone" {
  return Object.hasOwn(PERMISSIONS, procedure) ? PERMISSIONS[procedure] : "admin";
}

export function isAllowed(procedure: Procedure, role: Role | null): boolean {
  if (!Object.hasOwn(PERMISSIONS, procedure)) return false;
  return hasRole(minimalRole(procedure), role);
}

export function hasRole(needed: Role | "anyone", role: Role | null): boolean {
  return needed === "anyone" || (role !== null && RANK[role] >= RANK[needed]);
}
