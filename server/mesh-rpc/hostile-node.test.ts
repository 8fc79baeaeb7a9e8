import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HONEST, HostileMesh, LONG, nodeId, VICTIM } from "#server/mesh-rpc/testing/hostile-mesh.ts";

// All that the proxy of a registered agent of account `shop` may say of itself.

let mesh: HostileMesh;
beforeAll(async () => {
  mesh = await HostileMesh.open();
  await mesh.register(mesh.shop, HONEST);
  await mesh.stream(mesh.shop, { id: nodeId("shop-0") });
});
afterAll(() => mesh.stop());

describe("a node", () => {
  const shown = async (id: string) =>
    JSON.stringify(
      await Promise.all((["LDS", "RDS"] as const).map((type) => mesh.admin.proxies.config.query({ id, type }))),
    );
  const CLAIMS = { LABELS: { app: "ratings", istio: "ingressgateway" }, WORKLOAD_NAME: "ratings-v1" };

  test.each([
    ["unregistered", nodeId("nobody-0", "router")],
    ["unregistered", nodeId("nobody-1")],
    ["registered", nodeId("shop-0", "router")],
    ["registered", nodeId("shop-0")],
  ])("that is %s gets nothing by what it says of itself: %s", async (_, id) => {
    const PHAROS_INBOUND = [{ name: "http", appPort: 9081, inboundPort: 19_081 }];
    await mesh.stream(mesh.shop, { id, metadata: { ...CLAIMS, PHAROS_INBOUND, INTERCEPTION_MODE: "NONE" } });
    const all = await shown(id);
    for (const others of ["secret.example.com", "secret-caller", "ratings-v1;"]) expect(all).not.toContain(others);
    const [proxy] = (await mesh.admin.proxies.list.query()).filter((each) => each.id === id);
    expect(proxy?.workload).not.toBe("ratings-v1");
    // A certificate alone makes a caller: nobody has decided yet what it would answer for.
    expect(all.includes("19081")).toBe(id === nodeId("shop-0"));
  });

  test.each([
    [
      "id",
      { id: nodeId("ratings-v1-0") },
      "forbidden",
      /takes the name of instance default\/ratings-v1-0 of account ratings/,
    ],
    ["id", { id: nodeId("a\nb") }, "invalid", /is not understood/],
    ["id", { id: nodeId(LONG.slice(0, 300)) }, "invalid", /is not understood/],
    ["id", { id: "sidecar~unix:///run/x~shop-0.default~default.svc.cluster.local" }, "invalid", /is not understood/],
    ["NAMESPACE", { metadata: { NAMESPACE: "prod" } }, "invalid", /says NAMESPACE prod/],
    ["SERVICE_ACCOUNT", { metadata: { SERVICE_ACCOUNT: "ratings" } }, "forbidden", /needs the identity/],
    [
      "LABELS",
      { metadata: { LABELS: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`l${at}`, "x"])) } },
      "invalid",
      /300 entries/,
    ],
    [
      "PHAROS_GATEWAY_PORTS",
      { metadata: { PHAROS_GATEWAY_PORTS: { "8080": "nonsense" } } },
      "invalid",
      /is not a port/,
    ],
    ["PHAROS_GATEWAY_PORTS", { metadata: { PHAROS_GATEWAY_PORTS: { "8080": 4e9 } } }, "invalid", /is not a port/],
    ["PHAROS_INBOUND", { metadata: { PHAROS_INBOUND: [{ name: "http", appPort: 1e9 }] } }, "invalid", /is not a port/],
    [
      "PHAROS_OUTBOUND",
      { metadata: { PHAROS_OUTBOUND: [{ host: "x", port: 80, bindPort: "-1" }] } },
      "invalid",
      /is not a port/,
    ],
    [
      "PHAROS_OUTBOUND",
      { metadata: { PHAROS_OUTBOUND: Array.from({ length: 300 }, () => ({})) } },
      "invalid",
      /300 entries/,
    ],
    ["HTTP_PROXY_PORT", { metadata: { HTTP_PROXY_PORT: 70_000 } }, "invalid", /is not a port/],
  ])("is refused for its %s (%#)", async (_, node, code, message) => {
    const attempt = mesh.stream(await mesh.dial("shop"), { id: nodeId("shop-1"), ...node });
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("that sits on a name before its owner comes gives way when the owner is registered", async () => {
    const squatter = await mesh.stream(await mesh.dial("shop"), { id: nodeId("ratings-v1-1") });
    const owner = await mesh.dial("ratings");
    await expect(mesh.stream(owner, { id: nodeId("ratings-v1-1") })).rejects.toMatchObject({ code: "forbidden" });
    await mesh.register(owner, {
      ...VICTIM,
      name: "ratings-v1-1",
      ports: [{ name: "http", appPort: 9080, inboundPort: 19_082 }],
    });
    expect(await shown(nodeId("ratings-v1-1"))).not.toContain("secret-caller");
    await mesh.stream(await mesh.dial("ratings"), { id: nodeId("ratings-v1-1") });
    await expect(squatter.ended).rejects.toMatchObject({ message: expect.stringContaining("has connected anew") });
  });
});
