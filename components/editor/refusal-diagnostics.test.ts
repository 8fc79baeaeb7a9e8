import { expect, test } from "vitest";
import { refusalDiagnostics } from "#components/editor/refusal-diagnostics.ts";
import type { Refusal } from "#core/view/mesh.ts";

const refusal: Refusal = {
  at: "2026-01-01T00:00:00Z",
  type: "LDS",
  resource: "0.0.0.0_8080",
  message: "error adding listener",
  origins: [{ resource: "Gateway/default/web", path: "spec.servers[0]" }],
};
const proxy = {
  workload: "ingress",
  connectedSince: "2026-01-01T00:00:00Z",
  sync: { LDS: "ERROR" },
  lastRefusal: refusal,
} as const;

test("what proxies refuse is a problem of the object it was made from, once for all that say the same", () => {
  const told = refusalDiagnostics([proxy, { ...proxy, workload: "egress" }]);
  expect(told.get("Gateway/default/web")).toEqual([
    {
      severity: "error",
      code: "refused-by-envoy",
      resource: "Gateway/default/web",
      path: ["spec", "servers", 0],
      message: "envoy refused LDS 0.0.0.0_8080: error adding listener",
      hint: "at ingress, egress, which keep their last good configuration",
    },
  ]);
});

test.each([
  ["was taken since", { sync: { LDS: "SYNCED" } }],
  ["is of a proxy that is away", { connectedSince: null }],
  ["never was", { lastRefusal: null }],
] as const)("a refusal that %s is no problem", (_, change) => {
  expect(refusalDiagnostics([{ ...proxy, ...change }]).size).toBe(0);
});
