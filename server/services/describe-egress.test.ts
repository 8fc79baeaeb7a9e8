import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { TrafficRow } from "#core/telemetry/traffic.ts";
import { describeEgress } from "#server/services/describe-egress.ts";

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: shop, namespace: default }
spec:
  hosts: [shop.default.svc.cluster.local, "*.known.test"]
  resolution: STATIC
  endpoints: [{ address: 10.0.0.1 }]
  ports: [{ number: 80, name: http, protocol: HTTP }]
`;
const { resources } = parseDocuments(CONFIG);
const mesh = { trustDomain: "cluster.local", domainSuffix: "cluster.local", rootNamespace: "istio-system" };
const snapshot = { revision: 1, mesh, resources, instances: [] } as unknown as Snapshot;

const row = (count: number, differs: object): TrafficRow =>
  ({
    count,
    key: {
      ...{ reporter: "source", sourceWorkload: "page", sourceNamespace: "default", destinationWorkload: "unknown" },
      ...{ destinationService: "api.test", destinationPort: 443, protocol: "http", deniedBy: "", ...differs },
    },
  }) as unknown as TrafficRow;

const seen = (...rows: TrafficRow[]) => describeEgress({ snapshot, rows, seconds: 10 }).seen;

test("what no service declares is told by caller, host and port, with what is blocked already", () => {
  expect(seen(row(20, {}), row(10, { sourceWorkload: "cart", deniedBy: "own[block_all]" }))).toEqual([
    {
      ...{ namespace: "default", callers: ["cart", "page"], host: "api.test", port: 443, protocol: "http" },
      ...{ perSecond: 3, blockedPerSecond: 1 },
    },
  ]);
});

test.each([["shop"], ["shop.default"], ["shop.default.svc"], ["shop.default.svc.cluster.local"], ["a.known.test"]])(
  "a service that is declared is none of it, called as %s",
  (destinationService) => {
    expect(seen(row(1, { destinationService }))).toEqual([]);
  },
);

test("what only the called end tells, or reached a workload, is none of it", () => {
  expect(seen(row(1, { reporter: "destination" }), row(1, { destinationWorkload: "shop" }))).toEqual([]);
});

test("connections of which no host is known are told as such", () => {
  expect(seen(row(10, { destinationService: "unknown", destinationPort: 0, protocol: "tcp" }))).toMatchObject([
    { host: "", protocol: "tcp", perSecond: 1 },
  ]);
});
