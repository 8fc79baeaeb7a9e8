import { fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ClusterSchema } from "#proto/gen/envoy/config/cluster/v3/cluster_pb.js";
import { REGISTRY } from "#proto/registry.ts";
import { addedClusters, patchCluster } from "#server/envoy/patches/patch-cluster.ts";
import { patchesOfText } from "#server/envoy/testing/patches-of-text.ts";

const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
const HOST = "reviews.default.svc.cluster.local";

function patch(text: string, given: JsonValue, hosts: readonly string[] = []): unknown {
  const cluster = fromJson(ClusterSchema, given, { registry: REGISTRY });
  const before = toBinary(ClusterSchema, cluster);
  const result = patchCluster(patchesOfText("SIDECAR_OUTBOUND", text), cluster, hosts);
  expect(toBinary(ClusterSchema, cluster), "what is given stays as it is").toEqual(before);
  return result === undefined ? undefined : toJson(ClusterSchema, result, { registry: REGISTRY });
}

test.each([
  [`name: outbound|9080|v1|${HOST}`, true],
  ["name: other", false],
  [`service: ${HOST}`, true],
  ["service: reviews", false],
  ["subset: v1", true],
  ["subset: v2", false],
  ["portNumber: 9080", true],
  ["portNumber: 80", false],
  [`portNumber: 9080, subset: v1, service: ${HOST}`, true],
])("a cluster is found by %s: %s", (match, isFound) => {
  const text = `[{ applyTo: CLUSTER, match: { cluster: { ${match.replace(`name: outbound|9080|v1|${HOST}`, `name: "outbound|9080|v1|${HOST}"`)} } }, patch: { operation: REMOVE } }]`;
  expect(patch(text, { name: `outbound|9080|v1|${HOST}` }) === undefined).toBe(isFound);
});

test("an inbound one is found by the services behind it", () => {
  const text = `[{ applyTo: CLUSTER, match: { cluster: { service: ${HOST} } }, patch: { operation: REMOVE } }]`;
  expect(patch(text, { name: "inbound|9080||" }, [HOST])).toBeUndefined();
  expect(patch(text, { name: "inbound|9080||" }, ["a"])).toBeDefined();
});

const SOCKET = `
  - applyTo: CLUSTER
    patch:
      operation: MERGE
      value:
        lb_policy: RANDOM
        transport_socket: { name: tls, typed_config: { "@type": ${TLS}, max_session_keys: 3 } }
`;
const socket = (name: string) => ({ name, typedConfig: { "@type": TLS, sni: "a" } });
const merged = { name: "tls", typedConfig: { "@type": TLS, sni: "a", maxSessionKeys: 3 } };
const own = { name: "tls", typedConfig: { "@type": TLS, maxSessionKeys: 3 } };
test.each<[string, JsonValue, JsonValue]>([
  [
    "is merged into one of its name, and nothing else is",
    { transportSocket: socket("tls") },
    { transportSocket: merged },
  ],
  ["takes the place of another", { transportSocket: socket("raw") }, { transportSocket: own }],
  [
    "is merged into that of its name among several",
    { transportSocketMatches: [{ name: "m", transportSocket: socket("tls") }] },
    { transportSocketMatches: [{ name: "m", transportSocket: merged }] },
  ],
  [
    "leaves several of other names as they are",
    { transportSocketMatches: [{ name: "m", transportSocket: socket("raw") }] },
    { transportSocketMatches: [{ name: "m", transportSocket: socket("raw") }] },
  ],
])("a transport socket %s", (_, given, expected) => expect(patch(SOCKET, given)).toEqual(expected));

test("clusters for any context are added for calls alone", () => {
  const text = `
    - { applyTo: CLUSTER, patch: { operation: ADD, value: { name: any } } }
    - { applyTo: CLUSTER, match: { context: SIDECAR_INBOUND }, patch: { operation: ADD, value: { name: inbound } } }
  `;
  expect(addedClusters(patchesOfText("SIDECAR_INBOUND", text), true).map(({ message }) => message.name)).toEqual([
    "inbound",
  ]);
  expect(addedClusters(patchesOfText("SIDECAR_OUTBOUND", text), false).map(({ message }) => message.name)).toEqual([
    "any",
  ]);
});
