import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { hash } from "#server/envoy/testing/random-world.ts";
import { makeNode, makeSnapshot } from "#server/envoy/testing/read-case.ts";
import { SimulationRoom } from "#server/preview/simulation-room.ts";

const CONFIG = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 9080, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: reviews } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  http:
    - match: [{ headers: { end-user: { exact: jason } } }]
      route: [{ destination: { host: reviews, subset: v2 } }]
    - route:
        - { destination: { host: reviews, subset: v1 }, weight: 75 }
        - { destination: { host: reviews, subset: v2 }, weight: 25 }
`;
const DENY = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: no-writes, namespace: default }
spec:
  selector: { matchLabels: { app: reviews } }
  action: DENY
  rules: [{ to: [{ operation: { methods: [POST] } }] }]
`;

const instance = (name: string, version: string, port: number) => ({
  name,
  labels: { app: "reviews", version },
  account: "reviews",
  ports: [`http:${port}:${port + 1000}`],
});
const sidecar = { type: "sidecar", namespace: "default", mode: "NONE" } as const;
const client = makeNode({ ...sidecar, name: "client-0", labels: { app: "client" }, httpProxyPort: 15_080 });
const nodes = [
  client,
  makeNode({
    ...sidecar,
    name: "reviews-v1-0",
    labels: { app: "reviews", version: "v1" },
    inbound: ["http:9001:10001"],
  }),
  makeNode({
    ...sidecar,
    name: "reviews-v2-0",
    labels: { app: "reviews", version: "v2" },
    inbound: ["http:9002:10002"],
  }),
];
const snapshot = makeSnapshot(parseAllDocuments(CONFIG) as Parameters<typeof makeSnapshot>[0], [
  instance("reviews-v1-0", "v1", 9001),
  instance("reviews-v2-0", "v2", 9002),
]);
const room = new SimulationRoom(() => snapshot, hash);

function ask(over: Partial<Parameters<typeof room.simulate>[0]> = {}, deny = false) {
  const { resources } = parseDocuments(DENY);
  const change = { revision: 2, upserts: resources, deletes: [], instanceUpserts: [], instanceDeletes: [] };
  const question = { from: client.id, method: "GET", url: "http://reviews:9080/x", headers: [], ...over };
  return room.simulate(question, deny ? change : null, nodes);
}

test("follows a call to each version, with its share and over mutual TLS", () => {
  expect(ask().now.outcomes).toMatchObject([
    { share: 0.75, by: "application", security: "mutual TLS", endpoints: [{ port: 10_001 }] },
    { share: 0.25, by: "application", security: "mutual TLS", endpoints: [{ port: 10_002 }] },
  ]);
});

test("cites the object and the field that a step was made from", () => {
  const { outcomes } = ask({ headers: [["end-user", "jason"]] }).now;
  expect(outcomes).toHaveLength(1);
  const steps = outcomes[0]?.hops.flatMap((hop) => hop.steps) ?? [];
  expect(steps.find(({ at, result }) => at === "route" && result === "found")).toMatchObject({
    why: 'path begins with /, header end-user is "jason"',
    place: { type: "VHDS", resource: "http_proxy/reviews.default.svc.cluster.local:9080", path: "routes[0]" },
    origins: [{ resource: "VirtualService/default/reviews", path: "spec.http[0]" }],
  });
});

test("says what a change would make of it", () => {
  const { now, changed } = ask({ method: "POST" }, true);
  expect(now.outcomes.map(({ by }) => by)).toEqual(["application", "application"]);
  expect(changed?.outcomes).toMatchObject([
    { share: 0.75, status: 403, by: "called" },
    { share: 0.25, status: 403, by: "called" },
  ]);
  const last = changed?.outcomes[0]?.hops.at(-1)?.steps.at(-1);
  expect(last).toMatchObject({
    at: "HTTP filter",
    result: "ended",
    origins: [{ resource: "AuthorizationPolicy/default/no-writes", path: "spec.rules[0]" }],
  });
});

test.each([
  [{ url: "reviews" }, /is not a URL that can be simulated/],
  [{ url: "tcp://reviews:9080" }, /has no way out/],
  [{ url: "https://reviews:9080/" }, /own TLS is not looked into/],
  [{ from: "nobody" }, /no proxy nobody is connected/],
])("refuses %j and says why", (over, message) => {
  expect(() => ask(over)).toThrow(message);
});
