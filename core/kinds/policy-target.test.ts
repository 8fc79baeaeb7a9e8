import { expect, test } from "vitest";
import { describeTargets, type PolicyTarget, validateTargets } from "#core/kinds/policy-target.ts";

const name = "reviews";

test.each<PolicyTarget>([
  { kind: "Service", name },
  { kind: "Service", group: "core", name },
  { kind: "ServiceEntry", group: "networking.istio.io", name },
  { kind: "Gateway", group: "networking.istio.io", name },
  { kind: "Gateway", group: "gateway.networking.k8s.io", name },
  { kind: "WorkloadGroup", group: "networking.istio.io", name },
  { kind: "VirtualService", group: "networking.istio.io", name, sectionName: "pay" },
])("$kind is of the group $group", (target) => {
  expect(validateTargets({ targetRef: target })).toEqual([]);
  expect(validateTargets({ targetRefs: [target] })).toEqual([]);
});

test.each<PolicyTarget>([
  { kind: "Service", group: "networking.istio.io", name },
  { kind: "ServiceEntry", name },
  { kind: "Gateway", group: "core", name },
  { kind: "VirtualService", group: "gateway.networking.k8s.io", name },
])("$kind is not of the group $group", (target) => {
  const message = expect.stringContaining(`no ${target.kind} is of the group`);
  expect(validateTargets({ targetRef: target })).toMatchObject([{ path: ["spec", "targetRef", "group"], message }]);
  expect(validateTargets({ targetRefs: [{ kind: "Service", name }, target] })).toMatchObject([
    { path: ["spec", "targetRefs", 1, "group"], message },
  ]);
});

test("a part is of what has routes", () => {
  const target: PolicyTarget = { kind: "Service", name, sectionName: "http" };
  expect(validateTargets({ targetRefs: [target] })).toMatchObject([
    { path: ["spec", "targetRefs", 0, "sectionName"], code: "conflicting-fields" },
  ]);
});

test("targets are named in words", () => {
  const shop = { kind: "VirtualService", name: "shop" };
  expect(describeTargets([{ kind: "WorkloadGroup", name }, { ...shop, sectionName: "pay" }, shop])).toBe(
    "the workloads of WorkloadGroup reviews, route pay of VirtualService shop and the routes of VirtualService shop",
  );
});
