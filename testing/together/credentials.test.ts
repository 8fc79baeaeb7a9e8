import { Agent, request } from "node:https";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc } from "#grpc/client.ts";
import { makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { freePort } from "#node/free-port.ts";
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { ADS_PATH } from "#testing/fake-ads.ts";
import { RealMesh } from "#testing/real-mesh.ts";
import { Cleanup, eventually, startAgent, temporaryDir } from "#testing/test-agent.ts";

// A real Envoy as gateway: what it shows of stored credentials, and who else is given them.

const cleanup = new Cleanup();
let mesh: RealMesh;
/** Of the world outside. */
let authority: TestAuthority;
let port: number;
let agent: Agent;

const group = (name: string, labels: string, namespace: string) => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: ${namespace} }
spec: { metadata: { labels: { ${labels} } }, template: { serviceAccount: ${name} } }
`;
const server = (name: string, tls: string, host = `${name}.example.com`) =>
  `{ port: { number: 443, name: ${name}, protocol: HTTPS }, hosts: [${host}], tls: { ${tls} } }`;
const gateway = (...servers: string[]) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: default }
spec: { selector: { istio: ingress }, servers: [${servers.join(", ")}] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: default }
spec: { hosts: ["*.example.com"], gateways: [web], http: [{ directResponse: { status: 200 } }] }
`;

beforeAll(async () => {
  [mesh, authority, port] = await Promise.all([
    RealMesh.open([group("ingress", "istio: ingress", "edge"), group("other", "istio: other", "edge")].join("---")),
    makeTestAuthority(),
    freePort(),
  ]);
  cleanup.add(() => mesh.stop());
  for (const name of ["ingress", "other"])
    startAgent(cleanup, {
      dir: temporaryDir(cleanup),
      token: mesh.makeToken(name, "edge"),
      nodeType: "router",
      namespace: "edge",
      serviceAccount: name,
      group: name,
      name: `${name}-0`,
      gatewayPorts: name === "ingress" ? { "443": port } : {},
    });
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanup.add(async () => agent.destroy());
  await eventually(
    "both gateways",
    async () => ((await mesh.handle.proxies()).length === 2 ? true : undefined),
    60_000,
  );
});
afterEach(() => expect(mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

/** What the server showed, and by which connection; rejects where the handshake or the connection fails. */
function visit(host: string, tls: SecureContextOptions = {}, kept?: Agent) {
  return new Promise<{ readonly shown: string; readonly socket: TLSSocket }>((done, fail) => {
    const options = {
      host: "127.0.0.1",
      port,
      servername: host,
      headers: { host },
      ca: authority.roots,
      timeout: 5000,
    };
    const outgoing = request({ ...options, agent: kept ?? false, ...tls }, (answer) => {
      const socket = answer.socket as TLSSocket;
      const shown = socket.getPeerX509Certificate()?.fingerprint256 ?? "";
      answer.resume().on("end", () => done({ shown, socket }));
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("timed out")));
    outgoing.on("error", fail).end();
  });
}

const shows = (host: string, tls?: SecureContextOptions) =>
  eventually(`${host} is served`, () =>
    visit(host, tls).then(
      ({ shown }) => shown,
      () => undefined,
    ),
  );
const isShut = (host: string, tls?: SecureContextOptions) =>
  eventually(`${host} is not served`, () =>
    visit(host, tls).then(
      () => undefined,
      () => true as const,
    ),
  );

async function pair(name: string): Promise<CredentialMaterial> {
  const { cert, key } = await authority.issue([{ type: "dns", value: `${name}.example.com` }]);
  return { certificate: cert, key };
}

const idOf = async (name: string) => (await mesh.handle.proxies()).find((each) => each.name === `${name}-0`)?.id ?? "";
const configOf = async (name: string, type: "LDS" | "SDS") =>
  (await mesh.handle.proxyConfig(await idOf(name), type)) as { name: string; version: string }[];

test("a credential is served to who names it by server name, renewed under a connection that stands, and gone when it is deleted", async () => {
  await mesh.use(
    gateway(server("shop", "mode: SIMPLE, credentialName: shop"), server("bank", "mode: SIMPLE, credentialName: bank")),
  );
  await isShut("shop.example.com");
  await mesh.store({ "edge/shop": await pair("shop"), "edge/bank": await pair("bank") });
  const first = await shows("shop.example.com");
  expect(await shows("bank.example.com")).not.toBe(first);

  const { socket } = await visit("shop.example.com", {}, agent);
  const before = await configOf("ingress", "LDS");
  await mesh.store({ "edge/shop": await pair("shop") });
  await eventually("the new certificate", async () => ((await shows("shop.example.com")) === first ? undefined : true));
  const kept = await visit("shop.example.com", {}, agent);
  expect(kept.socket).toBe(socket);
  expect(await configOf("ingress", "LDS")).toEqual(before);

  await mesh.store({ "edge/shop": null });
  await isShut("shop.example.com");
  await shows("bank.example.com");
  await mesh.store({ "edge/shop": await pair("shop") });
  await shows("shop.example.com");
});

test("clients are checked by the authorities of the companion, or of the credential itself, and by what it has revoked", async () => {
  const servers = gateway(
    server("shop", "mode: MUTUAL, credentialName: shop"),
    server("bank", "mode: OPTIONAL_MUTUAL, credentialName: bank, caCertCredentialName: clients"),
  );
  await mesh.store({
    "edge/shop": await pair("shop"),
    "edge/bank": await pair("bank"),
    "edge/clients": { roots: authority.roots },
  });
  await mesh.use(servers);
  const client = await authority.issue([{ type: "dns", value: "teller" }]);
  const stranger = await (await makeTestAuthority()).issue([{ type: "dns", value: "teller" }]);
  await isShut("shop.example.com", client);
  await mesh.store({ "edge/shop": { ...(await pair("shop")), roots: authority.roots } });
  await shows("shop.example.com", client);
  await isShut("shop.example.com");
  const others = await makeTestAuthority();
  await mesh.store({ "edge/shop-cacert": { roots: others.roots } });
  await shows("shop.example.com", await others.issue([{ type: "dns", value: "teller" }]));
  await isShut("shop.example.com", client);
  await shows("bank.example.com");
  await shows("bank.example.com", client);
  await isShut("bank.example.com", stranger);
  await mesh.store({ "edge/clients": { roots: authority.roots, revocationList: await authority.revoke(client.cert) } });
  await isShut("bank.example.com", client);
  await shows("bank.example.com", await authority.issue([{ type: "dns", value: "teller" }]));
});

test("a credential of another namespace is given to nobody here", async () => {
  await mesh.store({ "default/shop": await pair("shop"), "edge/shop": null, "edge/shop-cacert": null });
  await mesh.use(gateway(server("shop", "mode: SIMPLE, credentialName: default/shop")));
  await isShut("shop.example.com");
  expect(await configOf("ingress", "SDS")).toEqual([]);
});

test("no other proxy is given it, one that asks all the same is told of, and nobody is shown the key", async () => {
  const material = await pair("shop");
  await mesh.store({ "edge/shop": material });
  await mesh.use(gateway(server("shop", "mode: SIMPLE, credentialName: shop")));
  await shows("shop.example.com");
  expect(await configOf("other", "SDS")).toEqual([]);
  const told = JSON.stringify(await configOf("ingress", "SDS"));
  expect(told).toContain("credential://edge/shop");
  expect(told).toContain("[redacted]");
  expect(told).not.toContain(material.key?.split("\n")[1]);

  const { cert, key } = await mesh.issue("thief");
  const client = await connectGrpc({ address: mesh.xds, tls: { roots: mesh.authority.authority.root, cert, key } });
  cleanup.add(async () => client.close());
  const asked = create(DeltaDiscoveryRequestSchema, {
    node: { id: "router~127.0.0.1~thief-0.default~default.svc.cluster.local" },
    typeUrl: TYPE_URLS.SDS,
    resourceNamesSubscribe: ["credential://edge/shop"],
  });
  const answer = await new Promise<Uint8Array>((done, fail) => {
    const stream = client.stream(ADS_PATH, {
      onMessage: done,
      onClose: (error) => fail(error ?? new Error("it ended")),
    });
    stream.send([toBinary(DeltaDiscoveryRequestSchema, asked)]);
  });
  expect(fromBinary(DeltaDiscoveryResponseSchema, answer)).toMatchObject({
    resources: [],
    removedResources: ["credential://edge/shop"],
  });
  await eventually("it is told", async () => (mesh.denied.length > 0 ? true : undefined));
  expect(mesh.denied).toEqual(["spiffe://cluster.local/ns/default/sa/thief credential://edge/shop"]);
});

test("a rule's credential is given to the gateways of its namespace, and not to a router that no Gateway has made one", async () => {
  await mesh.store({ "edge/partner": { ...(await pair("partner")), roots: authority.roots } });
  await mesh.use(`${gateway(server("shop", "mode: SIMPLE, credentialName: shop"))}---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: partner, namespace: edge }
spec: { hosts: [partner.test], resolution: DNS, ports: [{ name: https, number: 443, protocol: HTTPS }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: partner, namespace: edge }
spec: { host: partner.test, trafficPolicy: { tls: { mode: MUTUAL, credentialName: partner } } }
`);
  const named = async (name: string) => (await configOf(name, "SDS")).map((each) => each.name);
  await eventually("the gateway is given it", async () =>
    (await named("ingress")).includes("credential://edge/partner") ? true : undefined,
  );
  expect(await named("other")).toEqual([]);
});
