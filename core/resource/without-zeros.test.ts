import { expect, test } from "vitest";
import type { Resource } from "#core/resource/resource.ts";
import { withoutZeros } from "#core/resource/without-zeros.ts";

const rule = (spec: Resource<"DestinationRule">["spec"]): Resource<"DestinationRule"> => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name: "t", namespace: "default" },
  spec,
});

test("a number of proto3 that is zero was not set; one that is wrapped says zero", () => {
  const { spec } = withoutZeros(
    rule({
      host: "t",
      trafficPolicy: {
        connectionPool: { tcp: { maxConnections: 0 }, http: { http1MaxPendingRequests: 0, maxRetries: 3 } },
        outlierDetection: { consecutive5xxErrors: 0, maxEjectionPercent: 0, interval: "0s" },
        loadBalancer: { consistentHash: { httpHeaderName: "x", ringHash: { minimumRingSize: 0 } } },
      },
      exportTo: [],
    }),
  );
  expect(spec).toEqual({
    host: "t",
    trafficPolicy: {
      connectionPool: { tcp: {}, http: { maxRetries: 3 } },
      outlierDetection: { consecutive5xxErrors: 0, interval: "0s" },
      loadBalancer: { consistentHash: { httpHeaderName: "x", ringHash: {} } },
    },
  });
});

test("a port of a service has a number of its own for the workload, unless that is zero", () => {
  const { spec } = withoutZeros({
    apiVersion: "networking.istio.io/v1",
    kind: "ServiceEntry",
    metadata: { name: "t", namespace: "default" },
    spec: {
      hosts: ["t.example.com"],
      ports: [{ number: 80, name: "http", protocol: "", targetPort: 0 }],
      endpoints: [{ address: "10.0.0.1", weight: 0, labels: { empty: "" } }],
    },
  });
  expect(spec.ports).toEqual([{ number: 80, name: "http" }]);
  expect(spec.endpoints).toEqual([{ address: "10.0.0.1", labels: { empty: "" } }]);
});

test("what a header is set to, or compared with, may be nothing", () => {
  const spec = {
    hosts: ["t"],
    http: [
      {
        match: [{ headers: { "x-a": { exact: "" } } }],
        headers: { request: { set: { "x-b": "" } } },
        retries: { attempts: 2, retryIgnorePreviousHosts: false },
        directResponse: { status: 200, body: { string: "" } },
      },
    ],
  };
  const resource = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService" as const,
    metadata: { name: "t", namespace: "default" },
    spec,
  };
  expect(withoutZeros(resource).spec).toEqual(spec);
});
