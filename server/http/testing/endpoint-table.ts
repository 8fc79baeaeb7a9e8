import type { Endpoint } from "#core/access/endpoints.ts";
import type { Standing } from "#server/api/testing/access-table.ts";

/**
 * The status that each path of the console's port answers to each kind of caller, from this machine. Written out apart from ENDPOINTS on
 * purpose: who loosens one has to say so twice.
 */
export const ENDPOINT_TABLE: Readonly<
  Record<Exclude<Endpoint, "/">, { readonly send: RequestInit; readonly answers: Readonly<Record<Standing, number>> }>
> = {
  "/healthz": { send: {}, answers: { nobody: 200, viewer: 200, operator: 200, admin: 200 } },
  "/readyz": { send: {}, answers: { nobody: 200, viewer: 200, operator: 200, admin: 200 } },
  "/metrics": { send: {}, answers: { nobody: 200, viewer: 200, operator: 200, admin: 200 } },
  "/jaeger": { send: {}, answers: { nobody: 401, viewer: 404, operator: 404, admin: 404 } },
  "/tempo": { send: {}, answers: { nobody: 401, viewer: 404, operator: 404, admin: 404 } },
  // Let in, and told that a backup is asked for with GET.
  "/api/backup": { send: { method: "POST" }, answers: { nobody: 401, viewer: 403, operator: 403, admin: 400 } },
  "/v1/traces": {
    send: { method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
    answers: { nobody: 401, viewer: 403, operator: 200, admin: 200 },
  },
  "/v1/logs": {
    send: { method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
    answers: { nobody: 401, viewer: 403, operator: 200, admin: 200 },
  },
  "/v1/metrics": {
    send: { method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
    answers: { nobody: 401, viewer: 403, operator: 200, admin: 200 },
  },
  "/api/v2/spans": {
    send: { method: "POST", headers: { "content-type": "application/json" }, body: "[]" },
    answers: { nobody: 401, viewer: 403, operator: 202, admin: 202 },
  },
  "/prometheus": { send: {}, answers: { nobody: 401, viewer: 404, operator: 404, admin: 404 } },
  "/prometheus/api/v1/write": {
    send: { method: "POST" },
    answers: { nobody: 401, viewer: 403, operator: 415, admin: 415 },
  },
  // No procedure, and nothing of sign-in's: what is there stands in tables of its own.
  "/api/trpc": { send: {}, answers: { nobody: 404, viewer: 404, operator: 404, admin: 404 } },
  "/api/auth": { send: {}, answers: { nobody: 404, viewer: 404, operator: 404, admin: 404 } },
};
