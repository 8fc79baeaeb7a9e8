import { expect, test } from "vitest";
import { reachOf, standsOver } from "#core/resolve/policies.ts";
import { withoutTargets } from "#core/resolve/policy-scope.ts";
import type { Resource } from "#core/resource/resource.ts";

const policy = (namespace: string, matchLabels?: Record<string, string>): Resource<"PeerAuthentication"> => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "p", namespace },
  spec: matchLabels === undefined ? {} : { selector: { matchLabels } },
});
const WORKLOAD = { namespace: "default", labels: { app: "ratings", version: "v1" } };

test.each([
  ["default", undefined, "namespace", true],
  ["default", {}, "namespace", true],
  ["default", { app: "ratings" }, "workloads", true],
  ["default", { app: "ratings", version: "v2" }, "workloads", false],
  ["prod", undefined, "namespace", false],
  ["prod", { app: "ratings" }, "workloads", false],
  ["istio-system", undefined, "mesh", true],
  ["istio-system", { app: "ratings" }, "workloads", true],
  ["istio-system", { app: "reviews" }, "workloads", false],
] as const)(
  "of namespace %s with the selector %j: reaches %s; over the workload: %s",
  (namespace, selector, reach, over) => {
    const each = policy(namespace, selector);
    expect(reachOf(each, "istio-system")).toBe(reach);
    expect(standsOver(each, WORKLOAD, withoutTargets("istio-system"))).toBe(over);
  },
);
