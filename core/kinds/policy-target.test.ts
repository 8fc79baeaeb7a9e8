import { expect, test } from "vitest";
import { type PolicyTarget, validateTargets } from "#core/kinds/policy-target.ts";

const name = "reviews";

test.each<PolicyTarget>([
  { kind: "Service", name },
  { kind: "Service", group: "core", name },
  { kind: "ServiceEntry", group: "networking.istio.io", name },
  { kind: "Gateway", group: "networking.istio.io", name },
  { kind: "Gateway", group: "gateway.networking.k8s.io", name },
])("$kind is of the group $group", (target) => {
  expect(validateTargets({ targetRef: target })).toEqual([]);
  expect(validateTargets({ targetRefs: [target] })).toEqual([]);
});

test.each<PolicyTarget>([
  { kind: "Service", group: "networking.istio.io", name },
  { kind: "ServiceEntry", name },
  { kind: "Gateway", group: "core", name },
])("$kind is not of the group $group", (target) => {
  const message = expect.stringContaining(`no ${target.kind} is of the group`);
  expect(validateTargets({ targetRef: target })).toMatchObject([{ path: ["spec", "targetRef", "group"], message }]);
  expect(validateTargets({ targetRefs: [{ kind: "Service", name }, target] })).toMatchObject([
    { path: ["spec", "targetRefs", 1, "group"], message },
  ]);
});
