import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";
import { TestAuthority } from "#testing/test-authority.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const PEERS = (mode: string): string => `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec: { mtls: { mode: ${mode} } }
`;

/** How often callers without a name were seen at reviews-v1, by why they were refused ("" for those let in). */
function strangers(): Map<string, { count: number; readonly keys: Set<string> }> {
  const seen = new Map<string, { count: number; readonly keys: Set<string> }>();
  for (const window of scenario.mesh.windows) {
    const { reporter, sourcePrincipal, destinationWorkload, deniedBy, count } = window;
    if (reporter !== "destination" || sourcePrincipal !== "unknown" || destinationWorkload !== "reviews-v1") continue;
    const one = seen.get(deniedBy) ?? { count: 0, keys: new Set<string>() };
    seen.set(deniedBy, one);
    one.count += Number(count);
    const { requestProtocol, connectionSecurityPolicy, responseFlags, sourceAddress, destinationPort } = window;
    one.keys.add([requestProtocol, connectionSecurityPolicy, responseFlags, sourceAddress, destinationPort].join(" "));
  }
  return seen;
}

async function repeat(times: number, call: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < times; count += 1) await expect(call()).rejects.toThrow();
}

const countOf = (cause: string) => strangers().get(cause)?.count ?? 0;
const counted = (cause: string, count: number) =>
  eventually(`${count} of ${cause}`, async () => (countOf(cause) === count ? true : undefined));

describe("connections that are refused are counted", () => {
  test("plain text where mTLS is required, once each, with its address; a probe that sends nothing is none", async () => {
    await scenario.mesh.use(PEERS("STRICT"));
    let refused = 0;
    await eventually("plain text is refused", () =>
      scenario.callPlain().then(
        () => undefined,
        () => {
          refused += 1;
          return true as const;
        },
      ),
    );
    await new Promise<void>((done, fail) => {
      const probe = connect(scenario.reviewsPort, "127.0.0.1", () => probe.destroy());
      probe.on("close", () => done()).on("error", fail);
    });
    await repeat(20, () => scenario.callPlain());
    await counted("mtls[plaintext]", refused + 20);
    // What comes later is told later: the first were all there were.
    await repeat(1, () => scenario.callPlain());
    await counted("mtls[plaintext]", refused + 21);
    expect([...(strangers().get("mtls[plaintext]")?.keys ?? [])]).toEqual([
      `tcp none NR 127.0.0.1 ${scenario.reviewsPort}`,
    ]);
    expect((await scenario.call()).status).toBe(200);
  });

  test.each(["STRICT", "PERMISSIVE"])("%s: handshakes without a certificate, and with one of others", async (mode) => {
    await scenario.mesh.use(PEERS(mode));
    const other = await (await TestAuthority.open()).serveAs("spiffe://cluster.local/ns/default/sa/caller");
    const [none, wrong] = [countOf("mtls[no-certificate]"), countOf("mtls[certificate]")];
    await repeat(3, () => scenario.callWithCertificate({}));
    await repeat(3, () => scenario.callWithCertificate({ cert: other.cert, key: other.key }));
    await counted("mtls[no-certificate]", none + 3);
    await counted("mtls[certificate]", wrong + 3);
    expect([...(strangers().get("mtls[certificate]")?.keys ?? [])]).toEqual([
      `tcp unknown - 127.0.0.1 ${scenario.reviewsPort}`,
    ]);
  });

  test("a TCP port tells of a failed handshake once, and of the connections that it took", async () => {
    const before = countOf("mtls[no-certificate]");
    await repeat(3, () => scenario.callWithCertificate({}, {}, scenario.reviewsTcpPort));
    await counted("mtls[no-certificate]", before + 3);
    await scenario.callTcp();
    await eventually("the connection", async () =>
      scenario.mesh.windows.some(
        ({ reporter, requestProtocol, connectionSecurityPolicy, deniedBy }) =>
          reporter === "destination" &&
          requestProtocol === "tcp" &&
          connectionSecurityPolicy === "mutual_tls" &&
          deniedBy === "",
      )
        ? true
        : undefined,
    );
    expect(countOf("mtls[no-certificate]")).toBe(before + 3);
    expect([...(strangers().get("")?.keys ?? [])].filter((key) => key.startsWith("tcp"))).toEqual([]);
  });

  test("PERMISSIVE: plain text is let in, and told with the caller's address", async () => {
    await scenario.mesh.use(PEERS("PERMISSIVE"));
    await eventually("plain text is let in", () =>
      scenario.callPlain().then(
        () => true as const,
        () => undefined,
      ),
    );
    await eventually("it is told", async () => (countOf("") > 0 ? true : undefined));
    expect([...(strangers().get("")?.keys ?? [])]).toContain(`http none - 127.0.0.1 ${scenario.reviewsPort}`);
  });
});
