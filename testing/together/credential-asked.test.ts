import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc } from "#grpc/client.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { ADS, callersOf, MeshPort } from "#server/mesh-rpc/testing/mesh-port.ts";
import { eventually } from "#testing/test-agent.ts";

// The whole server: who asks it for a stored credential without being a gateway that names it.

const NODE = { id: "router~127.0.0.1~reviews-0.default~default.svc.cluster.local" };
const NAMES = ["credential://default/shop", "credential://default/shop#roots", "file-root:/etc/ca.pem"];

let mesh: MeshPort;
const { good } = callersOf(() => mesh);
beforeAll(async () => {
  mesh = await MeshPort.open();
  const authority = await makeTestAuthority();
  const { cert, key } = await authority.issue([{ type: "dns", value: "shop" }]);
  await mesh.admin.credentials.put.mutate({ namespace: "default", name: "shop", certificate: cert, key });
});
afterAll(() => mesh.stop());

test.each([
  [
    "Delta",
    toBinary(
      DeltaDiscoveryRequestSchema,
      create(DeltaDiscoveryRequestSchema, { node: NODE, typeUrl: TYPE_URLS.SDS, resourceNamesSubscribe: NAMES }),
    ),
  ],
  [
    "Stream",
    toBinary(
      DiscoveryRequestSchema,
      create(DiscoveryRequestSchema, { node: NODE, typeUrl: TYPE_URLS.SDS, resourceNames: NAMES }),
    ),
  ],
])("%s: it is sent nothing, and each name is in the audit trail once", async (protocol, request) => {
  const before = new Set((await mesh.list()).map(({ id }) => id));
  const client = await connectGrpc({ address: mesh.xds, tls: { roots: mesh.ours.root, ...(await good()) } });
  const sent: string[] = [];
  const stream = client.stream(`${ADS}/${protocol}AggregatedResources`, {
    onMessage: (message) => void sent.push(Buffer.from(message).toString("latin1")),
    onClose: () => undefined,
  });
  stream.send([request]);
  const lines = await eventually("it is written down", async () => {
    const found = (await mesh.list()).filter(({ id, action }) => !before.has(id) && action === "credentials.read");
    return found.length < 2 ? undefined : found;
  });
  await eventually("it is answered", () => sent.length > 0 || undefined);
  client.close();
  expect(lines.map(({ actor, resource, outcome }) => `${outcome} ${actor} ${resource}`).sort()).toEqual([
    `refused spiffe://cluster.local/ns/default/sa/reviews ${NAMES[0]}`,
    `refused spiffe://cluster.local/ns/default/sa/reviews ${NAMES[1]}`,
  ]);
  expect(sent.join("")).not.toContain("-----BEGIN");
  if (protocol === "Stream")
    for (const each of sent)
      expect(fromBinary(DiscoveryResponseSchema, Buffer.from(each, "latin1")).resources).toEqual([]);
});
