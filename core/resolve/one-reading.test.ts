import { expect, test } from "vitest";
import { createHostIndex } from "#core/check/host-index.ts";
import type { Snapshot } from "#core/registry/snapshot.ts";
import { explainService } from "#core/resolve/explain-service.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { declareServices } from "#core/sources/declare-service.ts";

const mesh = {
  trustDomain: "cluster.local",
  domainSuffix: "cluster.local",
  rootNamespace: "istio-system",
  traceSampling: 100,
};

/** One service in two entries, each with the host in its own spelling, and rules that spell it differently again. */
const TEXT = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: one, namespace: default }
spec: { hosts: [UPPER.example.test], resolution: STATIC, ports: [{ number: 80, name: http, protocol: HTTP }], endpoints: [{ address: 10.0.0.1 }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: two, namespace: default }
spec: { hosts: [upper.Example.test.], resolution: STATIC, ports: [{ number: 8081, name: more, protocol: HTTP }], endpoints: [{ address: 10.0.0.2, labels: { v: "2" } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: v, namespace: default }
spec: { hosts: [upper.example.TEST.], http: [{ route: [{ destination: { host: Upper.Example.Test, port: { number: 8081 } } }] }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: d, namespace: default }
spec: { host: "*.EXAMPLE.test", subsets: [{ name: a, labels: { v: "2" } }] }
`;
const { resources } = parseDocuments(TEXT);
const snapshot: Snapshot = { revision: 1, mesh, resources, instances: [] };

test("what bears on a host is found however each of them spells it", () => {
  expect(explainService(snapshot, "upper.example.test").map(({ ref, applies }) => `${ref} ${applies}`)).toEqual([
    "DestinationRule/default/d true",
    "ServiceEntry/default/one true",
    "ServiceEntry/default/two true",
    "VirtualService/default/v true",
  ]);
});

test("checks know the ports and endpoints of all entries that are one service", () => {
  const found = createHostIndex(declareServices(resources), mesh.domainSuffix).find("upper.example.test", "default");
  expect(found?.ports.map(({ number }) => number)).toEqual([80, 8081]);
  expect(found?.declarations.flatMap(({ endpoints }) => endpoints)).toHaveLength(2);
});
