import { join } from "node:path";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ClientStream, connectGrpc } from "#grpc/client.ts";
import { type Identity, parseIdentity } from "#mesh-agent/identity/identity.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { SecretServer } from "#mesh-agent/sds/secret-server.ts";
import { findSystemRoots } from "#mesh-agent/sds/system-roots.ts";
import { SecretSchema } from "#proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { silentLogger } from "#testing/loggers.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const SERVICE = "/envoy.service.secret.v3.SecretDiscoveryService";
let cleanup: Cleanup;
let plane: FakeControlPlane;
let server: SecretServer;
let socketPath: string;
let identity: Identity;

beforeEach(async () => {
  cleanup = new Cleanup();
  plane = await FakeControlPlane.open();
  cleanup.add(() => plane.stop());
  identity = (await joinMesh(plane.makeToken())).identity;
  server = new SecretServer(identity, silentLogger);
  socketPath = join(temporaryDir(cleanup), "sds.sock");
  await server.listen(socketPath);
  cleanup.add(() => server.close());
});
afterEach(() => cleanup.run());

async function open(method: string): Promise<{ stream: ClientStream; messages: Buffer[] }> {
  const client = await connectGrpc({ socketPath });
  cleanup.add(() => client.close());
  const messages: Buffer[] = [];
  return {
    messages,
    stream: client.stream(`${SERVICE}/${method}`, {
      onMessage: (message) => void messages.push(message),
      onClose: () => undefined,
    }),
  };
}

/** The same key and roots with a newly signed certificate. */
async function renewed(): Promise<Identity> {
  const { identity: next } = await joinMesh(plane.makeToken());
  return parseIdentity({
    keyPem: next.keyPem,
    certificates: [next.chainPem, identity.rootsPem],
    issuedAtMs: Date.now(),
  });
}

test("delta: each name is answered, and pushed again only when it changes", async () => {
  const { stream, messages } = await open("DeltaSecrets");
  const send = (request: MessageInitShape<typeof DeltaDiscoveryRequestSchema>) =>
    stream.send([toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request))]);
  send({ resourceNamesSubscribe: ["default", "ROOTCA", "other"] });
  const first = fromBinary(DeltaDiscoveryResponseSchema, await eventually("an answer", () => messages[0]));
  expect(first.resources.map(({ name }) => name)).toEqual(["default", "ROOTCA"]);
  expect(first.removedResources).toEqual(["other"]);
  const secret = fromBinary(SecretSchema, first.resources[0]?.resource?.value ?? new Uint8Array());
  expect(secret.type).toMatchObject({
    case: "tlsCertificate",
    value: { certificateChain: { specifier: { value: identity.chainPem } } },
  });
  send({ responseNonce: first.nonce });
  server.setIdentity(identity);
  server.setIdentity(await renewed());
  const second = fromBinary(DeltaDiscoveryResponseSchema, await eventually("a push", () => messages[1]));
  expect(second.resources.map(({ name }) => name)).toEqual(["default"]);
  expect(messages).toHaveLength(2);
});

test.runIf(findSystemRoots() !== undefined)("the host's own authorities are a secret too", async () => {
  const { stream, messages } = await open("DeltaSecrets");
  const request = create(DeltaDiscoveryRequestSchema, { resourceNamesSubscribe: ["file-root:system"] });
  stream.send([toBinary(DeltaDiscoveryRequestSchema, request)]);
  const answer = fromBinary(DeltaDiscoveryResponseSchema, await eventually("an answer", () => messages[0]));
  const secret = fromBinary(SecretSchema, answer.resources[0]?.resource?.value ?? new Uint8Array());
  expect(secret.type).toMatchObject({
    case: "validationContext",
    value: { trustedCa: { specifier: { case: "filename", value: findSystemRoots() } } },
  });
});

test("state of the world: an acknowledgement is not answered, a change is", async () => {
  const { stream, messages } = await open("StreamSecrets");
  const send = (request: MessageInitShape<typeof DiscoveryRequestSchema>) =>
    stream.send([toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, request))]);
  send({ resourceNames: ["default"] });
  const first = fromBinary(DiscoveryResponseSchema, await eventually("an answer", () => messages[0]));
  expect(first.resources).toHaveLength(1);
  send({ resourceNames: ["default"], responseNonce: first.nonce, versionInfo: first.versionInfo });
  server.setIdentity(await renewed());
  const second = fromBinary(DiscoveryResponseSchema, await eventually("a push", () => messages[1]));
  expect(second.versionInfo).not.toBe(first.versionInfo);
  expect(messages).toHaveLength(2);
});
