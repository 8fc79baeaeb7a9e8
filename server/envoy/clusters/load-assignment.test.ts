import { expect, test } from "vitest";
import { DEFAULT_PROXY_SETTINGS } from "#core/mesh-config/proxy-settings.ts";
import type { Endpoint } from "#core/model/endpoint.ts";
import { buildLoadAssignment } from "#server/envoy/clusters/load-assignment.ts";

const UINT32_MAX = 4_294_967_295;

/** Weights as Envoy gets them, of endpoints with these weights. */
function weigh(weights: readonly number[]): number[] {
  const endpoints = weights.map(
    (weight, index): Endpoint => ({
      address: `10.0.0.${index}`,
      port: 80,
      labels: {},
      locality: "",
      takesMtls: false,
      serviceAccount: undefined,
      workload: undefined,
      isRegistered: false,
      weight,
      health: "healthy",
    }),
  );
  const { endpoints: groups } = buildLoadAssignment(
    { name: "c", policy: {}, settings: DEFAULT_PROXY_SETTINGS },
    endpoints,
    { locality: "", labels: {} },
  );
  return groups.flatMap(({ lbEndpoints }) => lbEndpoints.map(({ loadBalancingWeight }) => loadBalancingWeight ?? 0));
}

test.each<[string, number[], number[]]>([
  ["weights that fit are as written", [1, 100, 4_000_000_000], [1, 100, 4_000_000_000]],
  ["0 is unset, which counts as 1", [0, 3], [1, 3]],
  ["nobody", [], []],
])("%s", (_, given, expected) => expect(weigh(given)).toEqual(expected));

test.each([
  [[UINT32_MAX, UINT32_MAX]],
  [[UINT32_MAX, 1]],
  [[UINT32_MAX, ...Array<number>(300).fill(0)]],
  [Array<number>(200).fill(UINT32_MAX)],
])("a sum beyond 32 bits is scaled down: shares stay, and no endpoint loses all of its own (%#)", (given) => {
  const weights = weigh(given);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  expect(sum).toBeLessThanOrEqual(UINT32_MAX);
  const given1 = given.map((weight) => Math.max(1, weight));
  const total = given1.reduce((all, weight) => all + weight, 0);
  weights.forEach((weight, index) => {
    expect(Number.isInteger(weight) && weight >= 1).toBe(true);
    // Rounded, and with room for those that are less than a whole.
    expect(Math.abs(weight / sum - (given1[index] ?? 0) / total)).toBeLessThan(1e-6);
  });
});
