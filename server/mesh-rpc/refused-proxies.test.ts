import { connect as connectTcp } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc } from "#grpc/client.ts";
import { DeltaDiscoveryRequestSchema } from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { RegisterRequestSchema, ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { ADS, callersOf, MeshPort, NODE, REVIEWS, type Shown } from "#server/mesh-rpc/testing/mesh-port.ts";

// Who comes to the mesh port as an agent, as its proxy, or as less than that.

const HOUR_MS = 3_600_000;
const AGENT = "/pharos.agent.v1.AgentService";

let mesh: MeshPort;
const { nobody, good, expired, stranger, showing } = callersOf(() => mesh);
beforeAll(async () => {
  mesh = await MeshPort.open();
});
afterAll(() => mesh.stop());

describe("an agent's call", () => {
  const register = toBinary(
    RegisterRequestSchema,
    create(RegisterRequestSchema, { namespace: "default", name: "r-0", group: "reviews", serviceAccount: "reviews" }),
  );
  const report = toBinary(
    ReportRequestSchema,
    create(ReportRequestSchema, { storeId: "s", sequence: 1n, instance: "i" }),
  );

  test.each([
    ["Register", "instance.register", nobody, "unknown", /showed no certificate/],
    ["Register", "instance.register", expired, REVIEWS, /ended at 20/],
    ["Register", "instance.register", stranger, REVIEWS, /was not issued by this mesh/],
    ["Deregister", "instance.deregister", stranger, REVIEWS, /was not issued by this mesh/],
    ["Report", "telemetry.report", stranger, REVIEWS, /was not issued by this mesh/],
  ] as const)("%s is refused: %s by %o (%s)", async (method, action, shown, actor, reason) => {
    const identity = await shown();
    await mesh.refuses(() => mesh.call(identity, `${AGENT}/${method}`, method === "Report" ? report : register), {
      code: "unauthenticated",
      message: reason,
      trail: [{ action, actor, reason }],
    });
  });

  test("that registers a workload of another identity is refused", async () => {
    const other = await showing(() => mesh.ours, REVIEWS.replace("reviews", "ratings"))();
    await mesh.refuses(() => mesh.call(other, `${AGENT}/Register`, register), {
      code: "forbidden",
      message: /reviews.+ratings|ratings.+reviews/,
      trail: [{ action: "instance.register", actor: REVIEWS.replace("reviews", "ratings"), reason: /reviews/ }],
    });
  });
});

/** Whoever showed the certificate did it, not the node whose name was taken. */
const trail = (reason: RegExp, actor: string, resource: string) => [{ action: "xds.connect", actor, resource, reason }];

describe("a proxy's stream", () => {
  test.each([true, false])("with the certificate of its node is served (delta: %s)", async (isDelta) => {
    await expect(mesh.openStream(await good(), {}, isDelta)).resolves.toBeUndefined();
  });

  type Case = [string, () => Promise<Shown>, Parameters<MeshPort["openStream"]>[1], string, RegExp, string?, string?];
  test.each<Case>([
    ["without a certificate", nobody, {}, "unauthenticated", /showed no certificate/, "unknown"],
    ["with an expired certificate", expired, {}, "unauthenticated", /certificate \w+ of spiffe:.+ ended at 20/],
    ["with a foreign certificate", stranger, {}, "unauthenticated", /certificate \w+ of spiffe:.+ is not trusted: /],
    [
      "of another account",
      showing(() => mesh.ours, `${REVIEWS}-v2`),
      {},
      "forbidden",
      /needs the identity spiffe:.+\/sa\/reviews but showed spiffe:.+\/sa\/reviews-v2/,
      `${REVIEWS}-v2`,
    ],
    [
      "of another namespace",
      showing(() => mesh.ours, REVIEWS.replace("default", "prod")),
      {},
      "forbidden",
      /needs the identity spiffe:.+\/ns\/default\/.+ but showed spiffe:.+\/ns\/prod\//,
      REVIEWS.replace("default", "prod"),
    ],
    [
      "of another namespace that names no account",
      showing(() => mesh.ours, REVIEWS.replace("default", "prod")),
      { metadata: { SERVICE_ACCOUNT: "" } },
      "forbidden",
      /needs the identity spiffe:.+\/ns\/default\/sa\/… but showed/,
      REVIEWS.replace("default", "prod"),
    ],
    [
      "of another trust domain",
      showing(() => mesh.ours, "spiffe://other/ns/default/sa/reviews"),
      {},
      "forbidden",
      /but showed spiffe:\/\/other\//,
      "spiffe://other/ns/default/sa/reviews",
    ],
    [
      "whose metadata names an account it is not",
      good,
      { metadata: { SERVICE_ACCOUNT: "admin" } },
      "forbidden",
      /needs the identity spiffe:.+\/sa\/admin but showed spiffe:.+\/sa\/reviews/,
    ],
    [
      "whose metadata names another namespace than its id",
      good,
      { metadata: { NAMESPACE: "prod" } },
      "invalid",
      /says NAMESPACE prod/,
      REVIEWS,
      "unknown",
    ],
    [
      "whose id and metadata name another namespace",
      good,
      { id: NODE.replace(".default", ".prod"), metadata: { NAMESPACE: "prod" } },
      "forbidden",
      /needs the identity spiffe:.+\/ns\/prod\/.+ but showed spiffe:.+\/ns\/default\//,
      REVIEWS,
      NODE.replace(".default", ".prod"),
    ],
  ])("%s is refused, delta and state of the world alike", async (...[, shown, node, code, reason, actor, named]) => {
    const identity = await shown();
    for (const isDelta of [true, false])
      await mesh.refuses(() => mesh.openStream(identity, node, isDelta), {
        code,
        message: reason,
        trail: trail(reason, actor ?? REVIEWS, named ?? NODE),
      });
  });
});

describe("a proxy that takes another's name", () => {
  const GROUP = [
    "apiVersion: networking.istio.io/v1",
    "kind: WorkloadGroup",
    "metadata: { name: named, namespace: default }",
    "spec: { metadata: { labels: { app: named } }, template: { serviceAccount: named } }",
  ].join("\n");
  const NAMED = "spiffe://cluster.local/ns/default/sa/named";
  const node = (address: string) => `sidecar~${address}~named-0.default~default.svc.cluster.local`;
  const registration = (labels = {}) =>
    toBinary(
      RegisterRequestSchema,
      create(RegisterRequestSchema, {
        namespace: "default",
        name: "named-0",
        group: "named",
        serviceAccount: "named",
        labels,
      }),
    );

  beforeAll(async () => {
    await mesh.admin.config.applyChanges.mutate({ changes: [{ op: "upsert", text: GROUP }], reason: "" });
    await mesh.call(await showing(() => mesh.ours, NAMED)(), `${AGENT}/Register`, registration());
  });

  test.each(["127.0.0.1", "127.0.0.9"])("of a registered instance is refused, at whatever address: %s", async (at) => {
    const reason = /takes the name of instance default\/named-0 of account named, but showed spiffe:.+\/sa\/reviews/;
    const thief = await good();
    await mesh.refuses(() => mesh.openStream(thief, { id: node(at) }), {
      code: "forbidden",
      message: reason,
      trail: trail(reason, REVIEWS, node(at)),
    });
    await expect(
      mesh.openStream(await showing(() => mesh.ours, NAMED)(), {
        id: node(at),
        metadata: { SERVICE_ACCOUNT: "named" },
      }),
    ).resolves.toBeUndefined();
  });

  test("by labels that are another service's is refused", async () => {
    const reason = /says app=reviews, but WorkloadGroup default\/named says app=named/;
    const named = await showing(() => mesh.ours, NAMED)();
    await mesh.refuses(() => mesh.call(named, `${AGENT}/Register`, registration({ app: "reviews" })), {
      code: "forbidden",
      message: reason,
      trail: [{ action: "instance.register", actor: NAMED, reason }],
    });
  });

  test("of one that is connected and was never registered is refused", async () => {
    const other = await showing(() => mesh.ours, REVIEWS.replace("reviews", "ratings"))();
    const client = await connectGrpc({ address: mesh.xds, tls: { roots: mesh.ours.root, ...(await good()) } });
    try {
      const first = { node: { id: NODE, metadata: { SERVICE_ACCOUNT: "reviews" } }, typeUrl: TYPE_URLS.CDS };
      await new Promise<void>((resolve, reject) => {
        const handler = { onMessage: () => resolve(), onClose: reject };
        const stream = client.stream(`${ADS}/DeltaAggregatedResources`, handler);
        stream.send([toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, first))]);
      });
      const reason = /is connected as spiffe:.+\/sa\/reviews, and now showed spiffe:.+\/sa\/ratings/;
      await mesh.refuses(() => mesh.openStream(other, { metadata: { SERVICE_ACCOUNT: "ratings" } }), {
        code: "forbidden",
        message: reason,
        trail: trail(reason, REVIEWS.replace("reviews", "ratings"), NODE),
      });
    } finally {
      client.close();
    }
  });
});

describe("what TLS alone sees", () => {
  const ids = async () => new Set((await mesh.list()).map(({ id }) => id));

  test.each([
    ["a foreign certificate", "silent", () => mesh.foreign, 0, /another root issued it/],
    ["an expired certificate", "late", () => mesh.ours, -2 * HOUR_MS, /it has expired/],
  ] as const)("%s that asks for nothing leaves its line", async (_, account, issuer, fromMs, why) => {
    const actor = `spiffe://cluster.local/ns/default/sa/${account}`;
    const shown = await showing(issuer, actor, fromMs)();
    const before = await ids();
    const client = await connectGrpc({ address: mesh.xds, tls: { roots: mesh.ours.root, ...shown } });
    const reason = new RegExp(`^certificate \\w+ of ${actor} is not trusted: ${why.source}`);
    await mesh.leaves(before, [{ action: "xds.connect", actor, reason }], (line) => line.actor === actor);
    client.close();
  });

  test("a handshake that fails leaves its line, once", async () => {
    const before = await ids();
    const [host, port] = mesh.xds.split(":");
    for (let index = 0; index < 5; index++) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp(Number(port), host);
        socket.on("error", () => undefined).once("close", () => resolve());
        socket.resume().write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
      });
    }
    const line = { action: "xds.connect", actor: "unknown", reason: /^the TLS handshake failed: http request$/ };
    await mesh.leaves(before, [line], ({ actor }) => actor === "unknown");
  });
});
