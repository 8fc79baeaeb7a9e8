import { join } from "node:path";
import { expect, test } from "vitest";
import { formatJoinToken } from "#core/identity/join-token.ts";
import { Secret } from "#core/secret.ts";
import { parseAgentConfig } from "#mesh-agent/config.ts";
import { saveRegistration } from "#mesh-agent/control-plane/registration-file.ts";
import { saveIdentity } from "#mesh-agent/identity/identity-file.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

test("what is not said has Istio's defaults", () => {
  expect(parseAgentConfig({ dir: "d", name: "reviews-v1-0" })).toMatchObject({
    namespace: "default",
    serviceAccount: "default",
    nodeType: "sidecar",
    address: "",
    adminPort: 15_020,
    ports: [],
  });
});

test.each([
  ["an unknown setting", { httpPort: 1 }, "httpPort"],
  ["a port out of range", { adminPort: 70_000 }, "adminPort"],
  ["a port that lacks its inbound", { ports: [{ name: "http", appPort: 9080 }] }, "ports.0.inboundPort"],
  ["a server without a port", { server: "control-plane" }, "server must be host:port"],
  ["a namespace that is no name", { namespace: "Prod_1" }, "namespace"],
])("refuses %s and names it", (_, wrong, named) => {
  expect(() => parseAgentConfig({ dir: "d", name: "n", ...wrong })).toThrow(
    expect.objectContaining({ code: "invalid", message: expect.stringContaining(named) }),
  );
});

test("what is not said comes from the join token, and what is said wins", () => {
  const token = formatJoinToken({
    server: "127.0.0.1:15012",
    rootFingerprint: "a".repeat(64),
    id: "t1",
    secret: new Secret("s".repeat(43)),
    trustDomain: "cluster.local",
    namespace: "shop",
    serviceAccount: "reviews",
    group: "reviews-v1",
  });
  expect(parseAgentConfig({ dir: "d", name: "n", token })).toMatchObject({
    namespace: "shop",
    serviceAccount: "reviews",
    group: "reviews-v1",
  });
  expect(parseAgentConfig({ dir: "d", name: "n", token, group: "reviews-v2" })).toMatchObject({ group: "reviews-v2" });
  expect(() => parseAgentConfig({ dir: "d", name: "n", token: token.slice(0, -20) })).toThrow("is cut off");
});

test("what neither settings nor a token say is as the directory joined, until a token says otherwise", async () => {
  const cleanup = new Cleanup();
  const dir = temporaryDir(cleanup);
  const plane = await FakeControlPlane.open();
  cleanup.add(() => plane.stop());
  saveIdentity(join(dir, "identity.json"), await joinMesh(plane.makeToken()));
  saveRegistration(join(dir, "registration.json"), { labels: {}, group: "reviews-v1" });
  expect(parseAgentConfig({ dir, name: "n" })).toMatchObject({
    namespace: "default",
    serviceAccount: "reviews",
    group: "reviews-v1",
  });
  expect(parseAgentConfig({ dir, name: "n", group: "reviews-v2" })).toMatchObject({ group: "reviews-v2" });
  await cleanup.run();
});

test.each([
  ["a gateway", { nodeType: "router" }, "capture is for applications"],
  ["a forward proxy", { httpProxyPort: 15_080 }, "httpProxyPort has no use"],
  [
    "another inbound port",
    { ports: [{ name: "http", appPort: 1, inboundPort: 2 }] },
    "must be 1, the application's own",
  ],
  ["a range that is none", { capture: { excludeOutboundIPRanges: ["10.0.0.0"] } }, "capture.excludeOutboundIPRanges.0"],
])("capture is refused beside %s", (_, more, why) => {
  const config = { dir: "d", name: "n", capture: {}, ...more };
  expect(() => parseAgentConfig(config)).toThrow(expect.objectContaining({ message: expect.stringContaining(why) }));
});
