import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { startEcho } from "#testing/echo-app.ts";
import { gatewayText } from "#testing/gateway-text.ts";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
let authority: TestAuthority;
let dir: string;
beforeAll(async () => {
  dir = temporaryDir(cleanup);
  authority = await makeTestAuthority();
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const file = (name: string): string => join(dir, name);
const issue = (dns: string, by = authority) => by.issue([{ type: "dns", value: dns }]);
const write = ({ cert, key }: IssuedCertificate, name: string) => {
  writeFileSync(file(`${name}.pem`), cert);
  writeFileSync(file(`${name}.key`), key);
};
const GATEWAY = (...servers: string[]) =>
  gatewayText({ host: "*.example.com", to: "host: details, port: { number: 9080 }", servers });
const SERVER = (name: string, mode = "SIMPLE", more = "") =>
  `{ port: { number: 443, name: ${name}, protocol: HTTPS }, hosts: [${name}.example.com],
     tls: { mode: ${mode}, serverCertificate: ${file(`${name}.pem`)}, privateKey: ${file(`${name}.key`)}${more} } }`;

/** The certificate that the gateway shows for a name. */
function shown(servername: string): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connect(
      { host: "127.0.0.1", port: scenario.gatewayTlsPort, servername, ca: authority.roots },
      () => {
        done(socket.getPeerCertificate().raw.toString("base64"));
        socket.destroy();
      },
    );
    socket.once("error", fail);
  });
}
const bare = ({ cert }: IssuedCertificate) => cert.replace(/-----[^-]+-----|\s/g, "");
const isShown = (issued: IssuedCertificate) =>
  eventually("the certificate is shown", async () =>
    bare(issued).startsWith(await shown("shop.example.com")) ? true : undefined,
  );

test("a renewed certificate is shown, however it was put there; of a pair that does not match the last good one", async () => {
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => issue("shop.example.com")));
  if (first === undefined || second === undefined || third === undefined) throw new Error("three were issued");
  write(first, "shop");
  await scenario.mesh.use(GATEWAY(SERVER("shop")));
  await isShown(first);
  write(second, "shop");
  await isShown(second);
  writeFileSync(file("next.key"), third.key);
  renameSync(file("next.key"), file("shop.key"));
  await eventually("the mismatch is told", () =>
    scenario.mesh.problems.get("istio-system/ingress-0")?.join().includes("is not that of the certificate")
      ? true
      : undefined,
  );
  await isShown(second);
  writeFileSync(file("next.pem"), third.cert);
  renameSync(file("next.pem"), file("shop.pem"));
  await isShown(third);
});

test("a server whose files are not there yet keeps no other waiting, and serves when they come", async () => {
  write(await issue("shop.example.com"), "shop");
  await scenario.mesh.use(GATEWAY(SERVER("shop"), SERVER("late")));
  const ca = authority.roots;
  await eventually("the other answers", async () =>
    (await scenario.visitTls({ ca })).status === 200 ? true : undefined,
  );
  const late = { host: "late.example.com" };
  await expect(scenario.visitTls({ ca }, late)).rejects.toThrow();
  write(await issue("late.example.com"), "late");
  await eventually("it answers too", async () =>
    (await scenario.visitTls({ ca }, late)).status === 200 ? true : undefined,
  );
});

test("clients' authorities at a gateway, and a caller's own certificate, are those of the files now", async () => {
  const other = await makeTestAuthority();
  write(await issue("bank.example.com"), "bank");
  writeFileSync(file("clients.pem"), authority.roots);
  await scenario.mesh.use(GATEWAY(SERVER("bank", "MUTUAL", `, caCertificates: ${file("clients.pem")}`)));
  const bank = { host: "bank.example.com" };
  const visit = async (by: TestAuthority) =>
    scenario.visitTls({ ca: authority.roots, ...(await issue("teller", by)) }, bank).then(
      ({ status }) => status,
      () => "cut",
    );
  await eventually("the first authority's", async () => ((await visit(authority)) === 200 ? true : undefined));
  expect(await visit(other)).toBe("cut");
  writeFileSync(file("clients.pem"), other.roots);
  await eventually("the other's", async () => ((await visit(other)) === 200 ? true : undefined));
  expect(await visit(authority)).toBe("cut");
});

test("a DestinationRule's client certificate is renewed", async () => {
  const outside = await startEcho(cleanup, "outside", {
    ...(await issue("api.example.com")),
    ca: authority.roots,
    requestCert: true,
    rejectUnauthorized: false,
  });
  write(await issue("client-one"), "client");
  writeFileSync(file("roots.pem"), authority.roots);
  await scenario.mesh.use(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api, namespace: default }
spec:
  hosts: [api.example.com]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [{ address: 127.0.0.1, ports: { http: ${outside.port} } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: api, namespace: default }
spec:
  host: api.example.com
  trafficPolicy:
    connectionPool: { http: { maxRequestsPerConnection: 1 } }
    tls: { mode: MUTUAL, caCertificates: ${file("roots.pem")}, clientCertificate: ${file("client.pem")}, privateKey: ${file("client.key")} }
`);
  const isSeen = (client: string) =>
    eventually(client, async () =>
      (await scenario.call({ host: "api.example.com" })).seen?.tls?.client === `DNS:${client}` ? true : undefined,
    );
  await isSeen("client-one");
  write(await issue("client-two"), "client");
  await isSeen("client-two");
});
