import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nameCertificate } from "#core/xds/file-secret-name.ts";
import { DeregisterRequestSchema, Health, RegisterRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { AGENT, HONEST, HostileMesh, LONG, nodeId } from "#server/mesh-rpc/testing/hostile-mesh.ts";

// All that an agent of account `shop` may say of itself when it registers.

let mesh: HostileMesh;
beforeAll(async () => {
  mesh = await HostileMesh.open();
});
afterAll(() => mesh.stop());

type Said = MessageInitShape<typeof RegisterRequestSchema>;

/** A file that the gateway's configuration names, and not that of `shop`. */
const FRONT = { secret: nameCertificate("/tls/front.crt", "/tls/front.key"), path: "/tls/front.crt", fault: "missing" };

/** For each field: somebody else's value, nonsense, too much; "taken" where it is the workload's own affair. */
const REGISTER: readonly (readonly [field: keyof typeof RegisterRequestSchema.field, said: Said, refused: string])[] = [
  ["namespace", { namespace: "istio-system" }, "forbidden"],
  ["namespace", { namespace: LONG }, "forbidden"],
  ["name", { name: "ratings-v1-0" }, "forbidden"],
  ["name", { name: "ratings-v1-1" }, "forbidden"],
  ["name", { name: "a\nb" }, "invalid"],
  ["name", { name: LONG }, "invalid"],
  ["group", { group: "ratings-v1" }, "forbidden"],
  ["group", { group: "open", name: "other-0" }, "forbidden"],
  ["group", { group: "no-such-group" }, "not-found"],
  ["group", { group: LONG }, "invalid"],
  ["labels", { labels: { app: "ratings" } }, "forbidden"],
  ["labels", { labels: { istio: "ingressgateway" } }, "forbidden"],
  ["labels", { labels: Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`l${at}`, "x"])) }, "forbidden"],
  ["serviceAccount", { serviceAccount: "ratings" }, "forbidden"],
  ["address", { address: "169.254.169.254" }, "forbidden"],
  ["address", { address: "224.0.0.1" }, "forbidden"],
  ["address", { address: "10.1.2.3" }, "forbidden"],
  ["address", { address: "unix:///var/run/docker.sock" }, "invalid"],
  ["address", { address: "unix://" }, "invalid"],
  ["address", { address: LONG }, "invalid"],
  ["ports", { ports: [{ name: "http", appPort: 9081, inboundPort: 19_080 }] }, "conflict"],
  ["ports", { ports: [{ name: "http", appPort: 9081, inboundPort: 15_090 }] }, "invalid"],
  ["ports", { ports: [{ name: "http", appPort: 0, inboundPort: 0 }] }, "invalid"],
  ["ports", { ports: [{ name: "http", appPort: 4_000_000_000, inboundPort: 1 }] }, "invalid"],
  [
    "ports",
    { ports: Array.from({ length: 1000 }, (_, at) => ({ name: `p${at}`, appPort: at + 1, inboundPort: at + 1 })) },
    "invalid",
  ],
  ["locality", { locality: "eu/a" }, "forbidden"],
  ["locality", { locality: LONG }, "invalid"],
  ["locality", { locality: "us/a" }, "taken"],
  ["weight", { weight: 100_000 }, "forbidden"],
  ["health", { health: 99 as Health }, "taken"],
  ["unhealthyReason", { health: Health.UNHEALTHY, unhealthyReason: `${LONG}\n` }, "taken"],
  ["problems", { problems: new Array<string>(1000).fill(`${LONG.slice(0, 1000)}\n`) }, "taken"],
  ["settingsNotes", { settingsNotes: new Array<string>(1000).fill(`${LONG.slice(0, 1000)}\n`) }, "taken"],
  ["fileProblems", { fileProblems: [FRONT] }, "taken"],
  ["fileProblems", { fileProblems: new Array(30).fill({ ...FRONT, path: LONG, secret: LONG, errno: LONG }) }, "taken"],
  ["fileProblems", { fileProblems: [{ ...FRONT, fault: "ended", endedAtMs: 2n ** 63n - 1n }] }, "taken"],
  ["agentVersion", { agentVersion: LONG }, "taken"],
  ["proxyVersion", { proxyVersion: LONG }, "taken"],
  ["sentAtMs", { sentAtMs: 2n ** 63n - 1n }, "taken"],
  ["sentAtMs", { sentAtMs: -(2n ** 63n) }, "taken"],
];

test("every field of a registration stands in the table", () => {
  expect(new Set(REGISTER.map(([field]) => field))).toEqual(new Set(Object.keys(RegisterRequestSchema.field)));
});

test.each(["console", "xds"] as const)("no instance is where the server itself listens: %s", async (listener) => {
  const file = JSON.parse(readFileSync(join(mesh.serve.dir, "server.json"), "utf8")) as Record<string, string>;
  const inboundPort = Number(file[listener]?.split(":").at(-1));
  const attempt = mesh.register(mesh.shop, { ...HONEST, ports: [{ name: "http", appPort: 9081, inboundPort }] });
  await expect(attempt).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining(`:${inboundPort}, where the control plane itself listens`),
  });
  expect(await mesh.seenByCallers()).toBe(mesh.before);
});

test.each(REGISTER)("a registration changes nothing of another's by its %s (%#)", async (_, said, refused) => {
  const attempt = mesh.register(mesh.shop, { ...HONEST, ...said });
  if (refused === "taken") await attempt;
  else await expect(attempt).rejects.toMatchObject({ code: refused });
  expect(await mesh.seenByCallers()).toBe(mesh.before);
});

test("a file that its own configuration does not name is no finding, whatever it says of it", async () => {
  await mesh.register(mesh.shop, {
    ...HONEST,
    fileProblems: [FRONT, { ...FRONT, secret: "file-root:/etc/passwd", path: "/etc/passwd" }],
  });
  const codes = (await mesh.admin.config.diagnostics.query()).map(({ code }) => code);
  expect(codes).not.toContain("file-not-usable");
});

test("what an honest one registers is its own service's, if any", async () => {
  await mesh.register(mesh.shop, HONEST);
  await mesh.stream(mesh.shop, { id: nodeId("shop-0") });
  expect(await mesh.seenByCallers()).toBe(mesh.before);
});

test.each([
  ["another's", { namespace: "default", name: "ratings-v1-0" }, /belongs to default\/ratings/],
  ["one of another namespace", { namespace: "istio-system", name: "ratings-v1-0" }, undefined],
  ["one of a name of 100 KB", { namespace: LONG, name: LONG }, undefined],
])("to take %s instance away takes nothing away", async (_, said, why) => {
  const attempt = mesh.shop.unary(
    `${AGENT}/Deregister`,
    toBinary(DeregisterRequestSchema, create(DeregisterRequestSchema, said)),
    {
      timeoutMs: 30_000,
    },
  );
  if (why === undefined) await attempt;
  else await expect(attempt).rejects.toMatchObject({ code: "forbidden", message: expect.stringMatching(why) });
  expect(await mesh.seenByCallers()).toBe(mesh.before);
});
