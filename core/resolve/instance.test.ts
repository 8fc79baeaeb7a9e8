import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import { resolveInstance } from "#core/resolve/instance.ts";

const INSTANCE: WorkloadInstance = {
  ...{ namespace: "default", name: "reviews-0", workload: "reviews", serviceAccount: "reviews" },
  labels: { app: "reviews" },
  address: "10.0.0.1",
  ports: [],
  ...{ health: "healthy", locality: "", weight: 1 },
};

test("an instance is whoever shows its namespace and its account", () => {
  expect(resolveInstance(INSTANCE, { namespace: "default", serviceAccount: "reviews" })).toBe(INSTANCE);
});

test.each([
  ["another account", INSTANCE, { namespace: "default", serviceAccount: "ratings" }],
  ["another namespace", INSTANCE, { namespace: "prod", serviceAccount: "reviews" }],
  ["nothing registered", undefined, { namespace: "default", serviceAccount: "reviews" }],
])("it is not there for %s", (_name, found, shown) => {
  expect(resolveInstance(found, shown)).toBeUndefined();
});
