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
    { bucket: { key: [{ attribute: "request.method" }, { attribute: "request.path" }] } },
    {
      bucket: {
        key: [
          { attribute: "request.path", templates: ["/{*}"] },
          { attribute: "source.ip", ranges: ["10.0.0.0/8", "127.0.0.0/8"] },
          { attribute: "request.headers[x-tenant]", regex: "^(.)" },
        ],
        missing: "Share",
      },
    },
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
  const networking = { group: "networking.istio.io" };
  const targets = pick<object>([
    { targetRefs: [{ ...networking, kind: "WorkloadGroup", name: pick(["s0", "gw"]) }] },
    { targetRefs: [{ ...networking, kind: "VirtualService", name: "entry" }] },
    { targetRef: { ...networking, kind: "VirtualService", name: "entry", sectionName: pick(["first", "none"]) } },
  ]);
  return api("RateLimit", "limits.pharos.dev", `rl${random(2)}`, namespace, {
    ...(rarely(3) ? targets : whom(draw, pick([{ app: service }, { istio: "gw" }]))),
    ...(rarely(4) ? { mode: pick(["Shadow", "Off"]) } : {}),
    ...(rarely(4) ? { enforcePercent: random(101) } : {}),
    ...(rarely(4) ? { whenUncoordinated: pick(["Allow", "Deny"]) } : {}),
    rules: [{ name: "a", ...key, ...match, ...late, limit, ...(rarely(4) ? { onLimit: { status: 503 } } : {}) }],
  });
}

/** Quotas of the same, which plans may name. */
export function randomQuota(draw: Draw): AnyResource {
  const { pick, random, rarely, service, namespace } = draw;
  return api("Quota", "limits.pharos.dev", `q${random(2)}`, namespace, {
    ...whom(draw, pick([{ app: service }, { istio: "gw" }])),
    ...(rarely(4) ? { mode: pick(["Shadow", "Off"]) } : {}),
    ...(rarely(2) ? { bucket: { key: [{ attribute: "source.namespace" }], missing: "Share" } } : {}),
    amount: 1 + random(1000),
    period: pick<object>([{ calendar: "Day", timeZone: "Europe/Berlin" }, { rolling: "1h" }, { once: "Ever" }]),
    ...pick<object>([{}, { over: "Notify" }, { over: "Throttle", throttle: { amount: 1 + random(9), per: "1s" } }]),
    ...(rarely(4) ? { whenUncoordinated: "Allow" } : {}),
    ...(rarely(4) ? { unit: "Bytes" } : {}),
  });
}

/** Who has another amount, of what is there, and of what is not; and limits and quotas of its own. */
export function randomPlan(draw: Draw): AnyResource {
  const { pick, random, rarely, namespace } = draw;
  const inline = (of: AnyResource): object[] => (rarely(2) ? [{ name: "own", spec: of.spec }] : []);
  const consumer = pick<object>([
    { claim: { attribute: "request.auth.claims[plan]", values: ["gold"] } },
    { workloads: { matchLabels: { app: pick(["caller", "s0", "s1"]) } } },
    { namespaces: [pick(["default", "prod"])] },
    { principals: [`cluster.local/ns/default/sa/${pick(["s0", "caller"])}`] },
  ]);
  return api("Plan", "limits.pharos.dev", `p${random(2)}`, namespace, {
    consumers: [consumer],
    quotas: [{ name: `q${random(2)}`, amount: 1 + random(5000) }, ...inline(randomQuota(draw))],
    limits: [
      { name: `rl${random(2)}`, rule: "a", amount: 1 + random(500), ...pick<object>([{}, { per: "2s" }]) },
      ...inline(randomLimit(draw)),
    ],
  });
}
