import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { type EchoApp, startEcho } from "#testing/echo-app.ts";
import { gatewayText } from "#testing/gateway-text.ts";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
/** Of the world outside: the mesh's own has no part in it. */
let authority: TestAuthority;
let dir: string;
beforeAll(async () => {
  dir = temporaryDir(cleanup);
  authority = await makeTestAuthority();
  writeFileSync(join(dir, "roots.pem"), authority.roots);
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const use = (...documents: string[]) => scenario.mesh.use(documents.join("---"));
const file = (name: string): string => join(dir, name);

/** A certificate for these DNS names, and where it lies: NAME.pem and NAME.key. */
async function issue(name: string, ...dns: string[]): Promise<IssuedCertificate> {
  const issued = await authority.issue(dns.map((value) => ({ type: "dns", value })));
  writeFileSync(file(`${name}.pem`), issued.cert);
  writeFileSync(file(`${name}.key`), issued.key);
  return issued;
}

const passes = (call: () => Promise<{ status: number }>) =>
  eventually("it passes", async () => ((await call()).status === 200 ? true : undefined));
const isCut = (call: () => Promise<unknown>) =>
  eventually("it is cut", () =>
    call().then(
      () => undefined,
      () => true as const,
    ),
  );

describe("PeerAuthentication", () => {
  const mode = (spec: string) =>
    use(`
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: default }
spec: { selector: { matchLabels: { app: reviews } }, ${spec} }
`);

  test("PERMISSIVE takes both, STRICT only mTLS, DISABLE only plain text; callers in the mesh never notice", async () => {
    await mode("mtls: { mode: PERMISSIVE }");
    await passes(() => scenario.callPlain());
    expect((await scenario.callPlain()).seen?.headers).not.toHaveProperty("x-forwarded-client-cert");
    const [fromMesh] = await arrivals("reviews-v1");
    expect(fromMesh?.headers["x-forwarded-client-cert"]).toContain("URI=spiffe://cluster.local/ns/default/sa/caller");

    await mode("mtls: { mode: STRICT }");
    await isCut(() => scenario.callPlain());
    expect((await scenario.call()).status).toBe(200);

    await mode("mtls: { mode: DISABLE }");
    await passes(() => scenario.callPlain());
    await eventually("callers in plain text", async () =>
      (await arrivals("reviews-v1")).every(({ headers }) => headers["x-forwarded-client-cert"] === undefined)
        ? true
        : undefined,
    );
  });

  test("a port may differ from its workload", async () => {
    const { port } = scenario.apps["reviews-v1"];
    await mode(`mtls: { mode: STRICT }, portLevelMtls: { ${port}: { mode: PERMISSIVE } }`);
    await passes(() => scenario.callPlain());
    expect((await scenario.call()).status).toBe(200);
  });

  /** What `name` saw of eight calls from the mesh. */
  async function arrivals(name: string) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => scenario.call()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    return answers.flatMap(({ seen }) => (seen?.at === name ? [seen] : []));
  }
});

describe("a gateway", () => {
  const gateway = (...servers: string[]) =>
    gatewayText({ host: "*.example.com", to: "host: details, port: { number: 9080 }", servers });
  const server = (name: string, host: string, mode: string, more = "") =>
    `{ port: { number: 443, name: ${name}, protocol: HTTPS }, hosts: [${host}],
       tls: { mode: ${mode}, serverCertificate: ${file(`${name}.pem`)}, privateKey: ${file(`${name}.key`)}${more} } }`;

  test("shows each name its own certificate, and asks for the client's where it is to", async () => {
    await Promise.all([issue("shop", "shop.example.com"), issue("bank", "bank.example.com")]);
    const client = await authority.issue([{ type: "dns", value: "teller" }]);
    await use(
      gateway(
        server("shop", "shop.example.com", "SIMPLE"),
        server(
          "bank",
          "bank.example.com",
          "MUTUAL",
          `, caCertificates: ${file("roots.pem")}, subjectAltNames: [teller]`,
        ),
      ),
    );
    const ca = authority.roots;
    await passes(() => scenario.visitTls({ ca }));
    const bank = { host: "bank.example.com" };
    expect((await scenario.visitTls({ ca, ...client }, bank)).seen?.at).toBe("details");
    await expect(scenario.visitTls({ ca }, bank)).rejects.toThrow();
    const stranger = await authority.issue([{ type: "dns", value: "stranger" }]);
    await expect(scenario.visitTls({ ca, ...stranger }, bank)).rejects.toThrow();
    await expect(scenario.visitTls({ ca }, { host: "other.example.com" })).rejects.toThrow();
  });

  test("speaks the versions of TLS that it is to", async () => {
    await issue("shop", "shop.example.com");
    await use(gateway(server("shop", "shop.example.com", "SIMPLE", ", minProtocolVersion: TLSV1_3")));
    const ca = authority.roots;
    await isCut(() => scenario.visitTls({ ca, maxVersion: "TLSv1.2" }));
    expect((await scenario.visitTls({ ca })).status).toBe(200);
  });
});

describe("TLS to a server outside", () => {
  let outside: EchoApp;
  beforeAll(async () => {
    const certificate = await issue("outside", "api.example.com");
    outside = await startEcho(cleanup, "outside", {
      ...certificate,
      ca: authority.roots,
      requestCert: true,
      rejectUnauthorized: false,
    });
  });

  const originate = (tls: string) =>
    use(`
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
spec: { host: api.example.com, trafficPolicy: { tls: { ${tls} } } }
`);
  const call = () => scenario.call({ host: "api.example.com" });

  test("SIMPLE names and checks the host; who is not it, or not signed by its authorities, is not spoken to", async () => {
    await originate(`mode: SIMPLE, caCertificates: ${file("roots.pem")}`);
    await passes(call);
    expect((await call()).seen?.tls).toEqual({ sni: "api.example.com", client: undefined });
    await originate(`mode: SIMPLE, caCertificates: ${file("roots.pem")}, subjectAltNames: [other.example.com]`);
    await eventually("another is not spoken to", async () => ((await call()).status === 503 ? true : undefined));
    await originate(`mode: SIMPLE, sni: api.example.com`);
    await eventually("nor one of unknown authorities", async () => ((await call()).status === 503 ? true : undefined));
    await originate(`mode: SIMPLE, insecureSkipVerify: true`);
    await passes(call);
  });

  test("MUTUAL shows the certificate of its files", async () => {
    await issue("client", "client.example.com");
    await originate(
      `mode: MUTUAL, caCertificates: ${file("roots.pem")}, clientCertificate: ${file("client.pem")}, privateKey: ${file("client.key")}, sni: elsewhere.example.com, subjectAltNames: [api.example.com]`,
    );
    await passes(call);
    expect((await call()).seen?.tls).toEqual({ sni: "elsewhere.example.com", client: "DNS:client.example.com" });
  });
});
