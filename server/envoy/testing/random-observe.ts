import type { AnyResource } from "#core/resource/resource.ts";
import { api, type Draw } from "#server/envoy/testing/random-draw.ts";

/** What no proxy is given anything for: it is there, and changes nothing. */
export function randomHealthPolicy({ random, pick, namespace }: Draw): AnyResource {
  return api("HealthPolicy", "observe.pharos.dev", `hp${random(2)}`, namespace, {
    rules: [
      {
        ...pick<object>([{}, { kind: "Service" }, { name: "s[01]" }]),
        tolerances: [{ code: pick(["5XX", "404", "-"]), degraded: random(5), failure: 5 + random(50) }],
      },
    ],
  });
}

export function randomObjective({ random, pick, service, namespace }: Draw): AnyResource {
  return api("Objective", "observe.pharos.dev", `o${random(2)}`, namespace, {
    service,
    ...pick<object>([{ availability: {} }, { latency: { threshold: "100ms" } }]),
    target: 50 + random(50),
    window: pick<object>([{ rolling: "24h" }, { calendar: "Week" }]),
  });
}
