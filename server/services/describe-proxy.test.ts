import { expect, test } from "vitest";
import type { WorkloadInstance } from "#core/registry/instance.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import { describeProxy } from "#server/services/describe-proxy.ts";

const INSTANCE: WorkloadInstance = {
  ...{ namespace: "default", name: "reviews-0", workload: "reviews", serviceAccount: "reviews" },
  labels: { app: "reviews" },
  address: "10.0.0.1",
  ports: [],
  ...{ health: "healthy", locality: "", weight: 1 },
};
const KNOWN = { found: INSTANCE, clockAheadMs: 9000, problems: ["the file is gone"], settingsNotes: [] };

function shows(spiffeId: string | null): ProxyStatus {
  return {
    ...{ id: "sidecar~10.0.0.1~reviews-0.default~x", name: "reviews-0", namespace: "default", workload: "claimed" },
    ...{ type: "sidecar", version: "1.40.0", address: "10.0.0.1", spiffeId },
    ...{ connectedSince: null, certificateNotAfter: null, sync: {}, revision: null, lastRefusal: null, bytesSent: 0 },
  };
}

test("a proxy that shows the account of its instance is described by the registry", () => {
  const proxy = shows("spiffe://cluster.local/ns/default/sa/reviews");
  expect(describeProxy(proxy, KNOWN)).toMatchObject({ workload: "reviews", clockAheadMs: 9000 });
});

test("a proxy under the name of another account's instance is not described as that instance", () => {
  const proxy = shows("spiffe://cluster.local/ns/default/sa/ratings");
  expect(describeProxy(proxy, KNOWN)).toEqual(proxy);
});

test("a proxy whose instance has left, and one without a certificate, keep what they say of themselves", () => {
  const away = shows("spiffe://cluster.local/ns/default/sa/reviews");
  expect(describeProxy(away, { ...KNOWN, found: undefined }).workload).toBe("claimed");
  expect(describeProxy(shows(null), KNOWN).workload).toBe("claimed");
});
