import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
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
  writeFileSync(file("roots.pem"), authority.roots);
  for (const name of ["shop", "bank"]) {
    const issued = await authority.issue([{ type: "dns", value: `${name}.example.com` }]);
    writeFileSync(file(`${name}.pem`), issued.cert);
    writeFileSync(file(`${name}.key`), issued.key);
  }
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const file = (name: string): string => join(dir, name);
const server = (name: string, host: string, mode: string, more = "") =>
  `{ port: { number: 443, name: ${name}, protocol: HTTPS }, hosts: ["${host}"],
     tls: { mode: ${mode}, serverCertificate: ${file(`${name}.pem`)}, privateKey: ${file(`${name}.key`)}${more} } }`;
const GATEWAY = (...servers: string[]) =>
  gatewayText({ host: "*.example.com", to: "host: details, port: { number: 9080 }", servers });

/** Of the connections that the gateway refused: "why protocol security flags address port" → how many. */
function refused(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const window of scenario.mesh.windows) {
    if (window.reporter !== "destination" || window.destinationWorkload !== "ingress") continue;
    const { deniedBy, requestProtocol, connectionSecurityPolicy, sourceAddress, destinationPort } = window;
    const key = [deniedBy, requestProtocol, connectionSecurityPolicy, sourceAddress, destinationPort].join(" ");
    counts[key] = (counts[key] ?? 0) + Number(window.count);
  }
  return counts;
}

async function repeat(times: number, call: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < times; count += 1) await expect(call()).rejects.toThrow();
}

function sendPlain(): Promise<void> {
  return new Promise((done) => {
    const socket = connect(scenario.gatewayTlsPort, "127.0.0.1", () =>
      socket.write("GET / HTTP/1.1\r\nhost: shop.example.com\r\n\r\n"),
    );
    socket
      .resume()
      .on("close", () => done())
      // Where the rest of what was sent is not read, the end is a reset.
      .on("error", () => done());
  });
}

describe("connections that a gateway refuses are counted at it, by why", () => {
  test.each(["*", "shop.example.com"])("a server of %s beside one that asks for certificates", async (host) => {
    const ca = authority.roots;
    const stranger = await (await makeTestAuthority()).issue([{ type: "dns", value: "teller" }]);
    const bank = { host: "bank.example.com" };
    await scenario.mesh.use(
      GATEWAY(
        server("shop", host, "SIMPLE", ", minProtocolVersion: TLSV1_3"),
        server("bank", bank.host, "MUTUAL", `, caCertificates: ${file("roots.pem")}`),
      ),
    );
    await eventually("it answers", async () => ((await scenario.visitTls({ ca })).status === 200 ? true : undefined));
    const before = refused();
    await repeat(2, () => scenario.visitTls({ ca }, bank));
    await repeat(3, () => scenario.visitTls({ ca, ...stranger }, bank));
    await repeat(4, () => scenario.visitTls({ ca, maxVersion: "TLSv1.2" }));
    for (let count = 0; count < 5; count += 1) await sendPlain();
    if (host !== "*") await repeat(6, () => scenario.visitTls({ ca }, { host: "other.example.com" }));
    const where = (security: string) => `tcp ${security} 127.0.0.1 ${scenario.gatewayTlsPort}`;
    const expected = {
      [`tls[no-certificate] ${where("unknown")}`]: 2,
      [`tls[certificate] ${where("unknown")}`]: 3,
      [`tls[handshake] ${where("unknown")}`]: 4,
      [`tls[plaintext] ${where("none")}`]: 5,
      ...(host === "*" ? {} : { [`tls[server-name] ${where("unknown")}`]: 6 }),
    };
    const since = () =>
      Object.fromEntries(
        Object.entries(refused()).flatMap(([key, count]) =>
          count === before[key] ? [] : [[key, count - (before[key] ?? 0)]],
        ),
      );
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, count) => all + count, 0);
    await eventually("all is told", async () => (sum(since()) >= sum(expected) ? true : undefined));
    expect(since()).toEqual(expected);
  });
});
