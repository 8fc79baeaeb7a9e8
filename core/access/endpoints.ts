import { hasRole } from "#core/access/permissions.ts";
import type { Role } from "#core/access/role.ts";

/**
 * The least role for each path of the console's port. "anyone": nothing is told there that is not everybody's, or what is behind it asks
 * for itself (procedures, pages that call them, sign-in). On loopback `/metrics` is everybody's.
 */
const ENDPOINTS = {
  "/": "anyone",
  "/api/trpc": "anyone",
  "/api/auth": "anyone",
  // It holds every key.
  "/api/backup": "admin",
  "/healthz": "anyone",
  "/readyz": "anyone",
  "/metrics": "viewer",
  "/jaeger": "viewer",
  "/tempo": "viewer",
  // What is handed over changes what everybody sees.
  "/v1/traces": "operator",
  "/v1/logs": "operator",
  "/v1/metrics": "operator",
  "/api/v2/spans": "operator",
  "/prometheus": "viewer",
  "/prometheus/api/v1/write": "operator",
} as const satisfies Record<string, Role | "anyone">;

export type Endpoint = keyof typeof ENDPOINTS;

export function mayUse(endpoint: Endpoint, role: Role | null): boolean {
  return hasRole(ENDPOINTS[endpoint], role);
}
