// Where a step says that something stands, there it stands: in what the proxy holds, as it is shown to people.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { parsePath } from "#core/schema/path.ts";
import { acceptConnection } from "#core/simulate/decide-connection.ts";
import { ProxyImage } from "#core/simulate/proxy-image.ts";
import { readListener } from "#core/simulate/read/listener.ts";
import type { Place, Step } from "#core/simulate/step.ts";
import type { ProxyNode } from "#core/xds/layer.ts";
import { ListenerSchema } from "#proto/gen/envoy/config/listener/v3/listener_pb.js";
import { createCompiler } from "#server/envoy/create-compiler.ts";
import { hash } from "#server/envoy/testing/random-world.ts";
import { makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";
import { decodeResource } from "#server/mesh/decode-resource.ts";
import { SimulationRoom } from "#server/preview/simulation-room.ts";
import { serviceText } from "#testing/service-text.ts";

const CONFIG = `${serviceText("reviews")}---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: store, namespace: default }
spec:
  hosts: [store.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 7000, name: tcp, protocol: TCP }]
  workloadSelector: { labels: { app: store } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews, reviews.example.com]
  gateways: [mesh, default/edge]
  http:
    - match: [{ headers: { end-user: { exact: jason } } }]
      fault: { abort: { httpStatus: 418, percentage: { value: 100 } } }
      route: [{ destination: { host: reviews } }]
    - route: [{ destination: { host: reviews } }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: default }
spec:
  selector: { istio: edge }
  servers: [{ port: { number: 8080, name: http, protocol: HTTP }, hosts: [reviews.example.com] }]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: no-writes, namespace: default }
spec: { action: DENY, rules: [{ to: [{ operation: { methods: [POST] } }] }] }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: own, namespace: default }
spec: { rules: [{ from: [{ source: { namespaces: [default] } }] }] }
`;
const instance = (name: string, app: string, port: string) => ({
  name,
  labels: { app },
  account: app,
  ports: [port],
});
const sidecar = { type: "sidecar", namespace: "default" } as const;
const nodes: readonly ProxyNode[] = [
  makeNode({
    ...sidecar,
    mode: "NONE",
    name: "client-0",
    labels: { app: "client" },
    httpProxyPort: 15_080,
    outbound: ["store.default.svc.cluster.local:7000:17000"],
  }),
  makeNode({ ...sidecar, mode: "REDIRECT", name: "captured-0", labels: { app: "client" } }),
  makeNode({ ...sidecar, mode: "REDIRECT", names: true, name: "named-0", labels: { app: "client" } }),
  makeNode({ ...sidecar, mode: "NONE", name: "reviews-0", labels: { app: "reviews" }, inbound: ["http:9001:10001"] }),
  makeNode({ ...sidecar, mode: "NONE", name: "store-0", labels: { app: "store" }, inbound: ["tcp:7001:17001"] }),
  makeNode({
    type: "router",
    mode: "NONE",
    namespace: "default",
    name: "edge-0",
    labels: { istio: "edge" },
    gatewayPorts: { 8080: 18_080 },
  }),
  makeNode({
    ...sidecar,
    mode: "NONE",
    name: "whole-0",
    labels: { app: "client" },
    httpProxyPort: 15_080,
    virtualHosts: false,
  }),
];
const snapshot = makeSnapshot(parseAllDocuments(CONFIG) as Parameters<typeof makeSnapshot>[0], [
  instance("reviews-0", "reviews", "http:9001:10001"),
  instance("store-0", "store", "tcp:7001:17001"),
]);

/** What stands at a place of what a proxy holds. */
function lookUp(proxy: string, { type, resource, path }: Place): unknown {
  const node = nodes.find(({ id }) => id === proxy);
  if (node === undefined) throw new Error(`no proxy ${proxy}`);
  const { layers } = createCompiler(snapshot, { hash }).open(node);
  const held = layers.flatMap(({ resources }) => resources.get(type)?.get(resource) ?? [])[0];
  if (held === undefined) return undefined;
  let found: unknown = decodeResource(type, held.body);
  for (const segment of parsePath(path) ?? ["no path"])
    found = (found as Record<string, unknown> | undefined)?.[segment];
  return found;
}

test.each([
  ["client-0", "GET", "http://reviews:9080/x", []],
  ["client-0", "GET", "http://reviews:9080/x", [["end-user", "jason"]]],
  ["client-0", "POST", "http://reviews:9080/x", []],
  ["client-0", "GET", "http://nobody/x", []],
  ["client-0", "GET", "tcp://store.default.svc.cluster.local:7000", []],
  ["whole-0", "GET", "http://reviews:9080/x", []],
  ["captured-0", "GET", "http://203.0.113.7:9080/x", [["host", "reviews:9080"]]],
  ["captured-0", "GET", "tcp://203.0.113.7:7", []],
  ["named-0", "GET", "tcp://store:7000", []],
  ["named-0", "GET", "http://reviews:9080/x", []],
  ["edge-0", "GET", "http://reviews.example.com:8080/x", []],
  ["edge-0", "GET", "http://other.example.com:8080/x", []],
] as const)("from %s %s %s %j", (from, method, url, headers) => {
  const id = nodes.find(({ name }) => name === from)?.id ?? "";
  const { outcomes } = new SimulationRoom(() => snapshot, hash).simulate(
    { from: id, method, url, headers },
    null,
    nodes,
  ).now;
  const placed = outcomes.flatMap(({ hops }) =>
    hops.flatMap(({ proxy, steps }) =>
      steps.flatMap(({ place }) => (place === undefined ? [] : [{ place, found: lookUp(proxy, place) }])),
    ),
  );
  expect(placed.length).toBeGreaterThan(1);
  expect(placed.filter(({ found }) => found === undefined).map(({ place }) => place)).toEqual([]);
});

test("a captured caller whose agent answers DNS comes by the name to the service's own listener", () => {
  const from = nodes.find(({ name }) => name === "named-0")?.id ?? "";
  const ask = (url: string) =>
    new SimulationRoom(() => snapshot, hash).simulate({ from, method: "GET", url, headers: [] }, null, nodes).now;
  const resourcesOf = (url: string) =>
    ask(url).outcomes.flatMap(({ hops }) => hops.flatMap(({ steps }) => steps.map(({ place }) => place?.resource)));
  expect(resourcesOf("tcp://store:7000")).toContainEqual(expect.stringMatching(/^240\.240\.\d+\.\d+_7000$/));
  expect(resourcesOf("tcp://store.elsewhere:7000")).toContain("virtualOutbound");
});

test("a filter of HTTP stands in the filter that speaks HTTP, wherever that is in its chain", () => {
  const [client] = nodes;
  const { outcomes } = new SimulationRoom(() => snapshot, hash).simulate(
    { from: client?.id ?? "", method: "POST", url: "http://reviews:9080/x", headers: [] },
    null,
    nodes,
  ).now;
  const place = outcomes[0]?.hops.at(-1)?.steps.findLast(({ at }) => at === "HTTP filter")?.place;
  expect(place?.path).toMatch(/^filterChains\[\d+\]\.filters\[\d+\]\.typedConfig\.httpFilters\[\d+\]$/);
  expect(lookUp(outcomes[0]?.hops.at(-1)?.proxy ?? "", place as Place)).toMatchObject({
    typedConfig: { "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC" },
  });
});

test("the chain that takes what no other takes is called by its own name", () => {
  const listener = readListener(
    create(ListenerSchema, {
      name: "l",
      filterChains: [{ filterChainMatch: { destinationPort: 1 } }],
      defaultFilterChain: {},
    }),
  );
  const steps: Step[] = [];
  acceptConnection(
    new ProxyImage([]),
    listener,
    { remote: undefined, local: undefined, localPort: 80, tls: undefined, speaks: "tcp" },
    { add: (step) => steps.push(step) },
  );
  expect(steps).toMatchObject([{ title: "defaultFilterChain", place: { path: "defaultFilterChain" } }]);
});
