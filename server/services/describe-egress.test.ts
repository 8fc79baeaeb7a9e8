import { expect, test } from "vitest";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
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

const seen = (...rows: TrafficRow[]) => describeEgress({ snapshot, rows, seconds: 10, samples: [] }).seen;
const sample = (authority: string, differs: object = {}): RequestRecord =>
  ({
    ...{ authority, reporter: "source", sourceWorkload: "page", sourceNamespace: "default", deniedBy: null },
    ...{ destinationService: "unknown", destinationWorkload: "unknown", ...differs },
  }) as unknown as RequestRecord;

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

test("what is counted without its name is shared out by single requests that tell it", () => {
  const rows = [row(30, { destinationService: "unknown", destinationPort: 0 })];
  const blocked = { deniedBy: "blocked by the caller's own proxy" };
  const samples = [sample("API.test:8443"), sample("api.test:8443", blocked), sample("10.0.0.9"), sample("shop:80")];
  expect(describeEgress({ snapshot, rows, seconds: 10, samples }).seen).toMatchObject([
    { host: "api.test", port: 8443, perSecond: 2, blockedPerSecond: 1, callers: ["page"] },
    { host: "10.0.0.9", port: 0, perSecond: 1 },
  ]);
});

test("requests of another namespace name nothing of this one's", () => {
  const rows = [row(10, { destinationService: "unknown", destinationPort: 0 })];
  const samples = [sample("api.test", { sourceNamespace: "other" })];
  expect(describeEgress({ snapshot, rows, seconds: 10, samples }).seen).toMatchObject([{ host: "" }]);
});
