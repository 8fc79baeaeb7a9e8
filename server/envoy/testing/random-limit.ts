import type { AnyResource } from "#core/resource/resource.ts";
import { api, type Draw, whom } from "#server/envoy/testing/random-draw.ts";

/** Limits of workloads and gateways, of which some count nothing. */
export function randomLimit(draw: Draw): AnyResource {
  const { pick, random, rarely, service, namespace } = draw;
  const key = pick<object>([
    {},
    { bucket: { key: [{ attribute: "source.principal" }], missing: pick(["Share", "Skip", "Deny"]) } },
    { bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: "Share" } },
    { bucket: { key: [{ attribute: "remote.ip", prefixLength: 24 }] } },
  ]);
  const match = pick<object>([
    {},
    { match: [{ to: [{ operation: { ports: [pick(["9000", "9001"])] } }] }] },
    { match: [{ from: [{ source: { namespaces: [namespace] } }] }] },
    { exempt: [{ to: [{ operation: { paths: ["/healthz"] } }] }] },
  ]);
  const limit = pick<object>([
    { amount: 1 + random(100), per: pick(["1s", "1m"]) },
    { amount: 1 + random(100), unit: "Concurrent" },
    { amount: 1 + random(100), per: "1s", unit: "Bytes" },
  ]);
  const late = pick<object>([{}, { refund: { statuses: ["5xx"] } }]);
  return api("RateLimit", "limits.pharos.dev", `rl${random(2)}`, namespace, {
    ...whom(draw, pick([{ app: service }, { istio: "gw" }])),
    ...(rarely(4) ? { mode: pick(["Shadow", "Off"]) } : {}),
    ...(rarely(4) ? { enforcePercent: random(101) } : {}),
    ...(rarely(4) ? { whenUncoordinated: pick(["Allow", "Deny"]) } : {}),
    rules: [{ name: "a", ...key, ...match, ...late, limit }],
  });
}
