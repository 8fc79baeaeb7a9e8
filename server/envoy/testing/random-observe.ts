import type { AnyResource } from "#core/resource/resource.ts";
import { api, type Draw } from "#server/envoy/testing/random-draw.ts";

function randomHealthPolicy({ random, pick, namespace }: Draw): AnyResource {
  return api("HealthPolicy", "observe.pharos.dev", `hp${random(2)}`, namespace, {
    rules: [
      {
        ...pick<object>([{}, { kind: "Service" }, { name: "s[01]" }]),
        tolerances: [{ code: pick(["5XX", "404", "-"]), degraded: random(5), failure: 5 + random(50) }],
      },
    ],
  });
}

function randomObjective({ random, pick, service, namespace }: Draw): AnyResource {
  return api("Objective", "observe.pharos.dev", `o${random(2)}`, namespace, {
    service,
    ...pick<object>([
      {},
      { requests: { methods: ["GET", "HEAD"], paths: ["/a/{*}", "/a%)b"] } },
      { requests: { paths: [`/${random(20)}/{**}`] } },
      { from: { namespace }, reporter: "Source", requests: { route: { virtualService: `v${random(3)}`, name: "r" } } },
    ]),
    ...pick<object>([{ availability: {} }, { latency: { threshold: "100ms" } }]),
    target: 50 + random(50),
    window: pick<object>([{ rolling: "24h" }, { calendar: "Week" }]),
  });
}

const matchers = [{ name: "severity", value: "page" }];

/** What looks at traffic: of it proxies are given what an objective tells requests apart by, and nothing else. */
export const RANDOM_OBSERVED: readonly ((draw: Draw) => AnyResource)[] = [
  randomHealthPolicy,
  randomObjective,
  ({ random, pick, namespace }) =>
    api("AlertRule", "observe.pharos.dev", `ar${random(2)}`, namespace, {
      expr: pick(["up == 0", "rate(istio_requests_total[1m]) > 5"]),
      for: pick(["0s", "5m"]),
    }),
  ({ random, pick, namespace }) =>
    api("AlertReceiver", "observe.pharos.dev", `rc${random(2)}`, namespace, {
      matchers,
      ...pick<object>([{ webhook: { url: "https://a.test/" } }, { alertmanager: { url: "http://b.test" } }]),
    }),
  ({ random, namespace }) =>
    api("Silence", "observe.pharos.dev", `si${random(2)}`, namespace, { matchers, endsAt: "2026-12-01T08:00:00Z" }),
];
