import { expect, test } from "vitest";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import { mergeDelegates, mergeHttpRoutes, placesOfRoute } from "#core/resolve/delegates.ts";
import { ofKind } from "#core/resource/of-kind.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";

const matches = (root: HttpRoute["match"], delegate: HttpRoute["match"]) =>
  mergeHttpRoutes(root === undefined ? {} : { match: root }, delegate === undefined ? {} : { match: delegate })?.match;

// Cases of Istio's `mergeHTTPMatchRequests` and `stringMatchConflict`.
test.each<[string, HttpRoute["match"], HttpRoute["match"], HttpRoute["match"] | "left out"]>([
  ["none on either side", undefined, undefined, undefined],
  ["the root's alone", [{ port: 80 }], undefined, [{ port: 80 }]],
  ["the delegate's alone", undefined, [{ port: 80 }], [{ port: 80 }]],
  [
    "a prefix within a prefix",
    [{ uri: { prefix: "/a" } }],
    [{ uri: { prefix: "/a/b" } }],
    [{ uri: { prefix: "/a/b" } }],
  ],
  ["a path within a prefix", [{ uri: { prefix: "/a" } }], [{ uri: { exact: "/a/b" } }], [{ uri: { exact: "/a/b" } }]],
  ["a wider prefix", [{ uri: { prefix: "/a/b" } }], [{ uri: { prefix: "/a" } }], "left out"],
  ["a prefix within a path", [{ uri: { exact: "/a" } }], [{ uri: { prefix: "/a" } }], "left out"],
  ["the same path", [{ uri: { exact: "/a" } }], [{ uri: { exact: "/a" } }], [{ uri: { exact: "/a" } }]],
  ["the same regular expression", [{ uri: { regex: "/a" } }], [{ uri: { regex: "/a" } }], "left out"],
  ["presence on both sides", [{ headers: { x: {} } }], [{ headers: { x: {} } }], "left out"],
  [
    "headers of both",
    [{ headers: { x: { exact: "1" } } }],
    [{ headers: { y: { exact: "2" } } }],
    [{ headers: { x: { exact: "1" }, y: { exact: "2" } } }],
  ],
  ["case that counts for one", [{ ignoreUriCase: true }], [{ uri: { exact: "/a" } }], "left out"],
  ["the root's namespace, which the delegate does not say", [{ sourceNamespace: "a" }], [{ port: 80 }], "left out"],
  ["another port", [{ port: 80 }], [{ port: 81 }], "left out"],
  ["more gateways than the root's", [{ gateways: ["a/b"] }], [{ gateways: ["a/b", "mesh"] }], "left out"],
  ["one of the root's gateways", [{ gateways: ["a/b", "mesh"] }], [{ gateways: ["mesh"] }], [{ gateways: ["mesh"] }]],
  [
    "several, each with all of the root's that hold it",
    [{ uri: { prefix: "/a" } }, { uri: { prefix: "/b" } }],
    [{ method: { exact: "GET" } }, { uri: { exact: "/b/c" } }],
    [
      { uri: { prefix: "/a" }, method: { exact: "GET" } },
      { uri: { prefix: "/b" }, method: { exact: "GET" } },
      { uri: { exact: "/b/c" } },
    ],
  ],
  ["one of several that lies within none", [{ port: 80 }], [{ port: 80 }, { port: 81 }], "left out"],
])("matches of root and delegate: %s", (_name, root, delegate, expected) => {
  const merged = mergeHttpRoutes(
    root === undefined ? {} : { match: root },
    delegate === undefined ? {} : { match: delegate },
  );
  expect(merged === undefined ? "left out" : merged.match).toEqual(expected);
});

test("names stand together, and what the delegate does not say is the root's", () => {
  expect(
    mergeHttpRoutes(
      { name: "a", timeout: "1s", match: [{ name: "m" }], headers: { request: { set: { x: "1" } } } },
      { name: "b", timeout: "2s", match: [{ name: "n" }], directResponse: { status: 200 } },
    ),
  ).toEqual({
    name: "a-b",
    timeout: "2s",
    match: [{ name: "m-n" }],
    headers: { request: { set: { x: "1" } } },
    directResponse: { status: 200 },
  });
  expect(matches([{ name: "m" }], [{}])).toEqual([{ name: "m" }]);
});

test("a merged route tells both objects, and what they name is whole", () => {
  const { resources } = parseDocuments(`
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: root, namespace: a }
spec:
  hosts: [x]
  http:
    - { match: [{ port: 1 }], route: [{ destination: { host: own } }] }
    - { mirror: { host: own }, delegate: { name: part, namespace: b } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: part, namespace: b }
spec: { http: [{ redirect: { uri: /x }, match: [{ gateways: [g] }] }, { route: [{ destination: { host: own } }] }] }
`);
  const services = ofKind(resources, "VirtualService");
  const [root] = services;
  if (root === undefined) throw new Error("there is a root");
  const merged = mergeDelegates(
    root,
    (namespace, name) => services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name),
    "cluster.local",
  );
  expect(merged.spec.http?.[1]).toMatchObject({ match: [{ gateways: ["b/g"] }] });
  expect(merged.spec.http?.[2]).toMatchObject({
    route: [{ destination: { host: "own.b.svc.cluster.local" } }],
    mirror: { host: "own.a.svc.cluster.local" },
  });
  expect([0, 1, 2].map((index) => placesOfRoute(merged, index))).toEqual([
    [{ resource: "VirtualService/a/root", path: "spec.http[0]" }],
    [
      { resource: "VirtualService/b/part", path: "spec.http[0]" },
      { resource: "VirtualService/a/root", path: "spec.http[1]" },
    ],
    [
      { resource: "VirtualService/b/part", path: "spec.http[1]" },
      { resource: "VirtualService/a/root", path: "spec.http[1]" },
    ],
  ]);
});
