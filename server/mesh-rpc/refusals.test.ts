import { existsSync, readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { PharosError } from "#core/errors.ts";
import { formatJoinToken, parseJoinToken } from "#core/identity/join-token.ts";
import type { AuditView } from "#core/view/session.ts";
import { TYPE_URLS } from "#core/xds/type-urls.ts";
import { connectGrpc } from "#grpc/client.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from "#proto/gen/envoy/service/discovery/v3/discovery_pb.js";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";
import { RegisterRequestSchema, ReportRequestSchema } from "#proto/gen/pharos/agent/v1/agent_pb.js";
import { Authority, makeRoot } from "#server/ca/authority.ts";
import { openAuthority } from "#server/ca/open-authority.ts";
import { IdentityStore } from "#server/ca/store.ts";
import { ecKeys, makeCsr } from "#server/ca/testing/make-csr.ts";
import * as x509 from "#server/ca/x509.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

// The whole server as it is shipped, in a process of its own, and whoever comes to its mesh port.

const HOUR_MS = 3_600_000;
const REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews";
const NODE = "sidecar~127.0.0.1~reviews-v1.default~default.svc.cluster.local";
const ADS = "/envoy.service.discovery.v3.AggregatedDiscoveryService";
const CREATE = "/istio.v1.auth.IstioCertificateService/CreateCertificate";
const AGENT = "/pharos.agent.v1.AgentService";
const LOOPBACK = expect.stringMatching(/^127\.0\.0\.1:\d+$/);

interface Shown {
  readonly cert?: string;
  readonly key?: string;
}

let serve: Serve;
let admin: ApiClient;
let xds: string;
let ours: Authority;
let foreign: Authority;

beforeAll(async () => {
  serve = await startServe();
  admin = connect({ dir: serve.dir });
  xds = (JSON.parse(readFileSync(join(serve.dir, "server.json"), "utf8")) as { xds: string }).xds;
  ours = await openAuthority(serve.dir, "cluster.local", undefined);
  foreign = await Authority.open("cluster.local", await makeRoot("cluster.local", Date.now() - HOUR_MS));
});
afterAll(() => serve.stop());

const nobody = async (): Promise<Shown> => ({});
const showing =
  (issuer: () => Authority, spiffeId = REVIEWS, fromMs = 0, lifeMs = HOUR_MS) =>
  async (): Promise<Shown> => {
    const keys = ecKeys();
    const { publicKey } = new x509.Pkcs10CertificateRequest(makeCsr({ keys }));
    const { chain } = await issuer().issue({ publicKey, spiffeId, lifeMs }, Date.now() + fromMs);
    return { cert: chain.join(""), key: keys.privateKey.export({ format: "pem", type: "pkcs8" }).toString() };
  };
const expired = showing(() => ours, REVIEWS, -HOUR_MS, 60_000);
const stranger = showing(() => foreign);
const good = showing(() => ours);

async function call(shown: Shown, path: string, request: Uint8Array, token?: string): Promise<Buffer> {
  const client = await connectGrpc({ address: xds, tls: { roots: ours.root, ...shown } });
  try {
    const metadata = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return await client.unary(path, request, { timeoutMs: 5000, metadata });
  } finally {
    client.close();
  }
}

async function askCertificate(shown: Shown, token?: string, spiffeId = REVIEWS): Promise<readonly string[]> {
  const csr = makeCsr({ names: [[{ kind: "uri", value: spiffeId }]] });
  const request = toBinary(IstioCertificateRequestSchema, create(IstioCertificateRequestSchema, { csr }));
  return fromBinary(IstioCertificateResponseSchema, await call(shown, CREATE, request, token)).certChain;
}

/** Opens a stream as a proxy does; rejects with the status that ended it, resolves when it was sent something. */
async function openStream(shown: Shown, node: { id?: string; metadata?: Record<string, string> }, isDelta = true) {
  const client = await connectGrpc({ address: xds, tls: { roots: ours.root, ...shown } });
  const metadata = { NAMESPACE: "default", SERVICE_ACCOUNT: "reviews", ...node.metadata };
  const first = { node: { id: node.id ?? NODE, metadata }, typeUrl: TYPE_URLS.CDS };
  const request = isDelta
    ? toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, first))
    : toBinary(DiscoveryRequestSchema, create(DiscoveryRequestSchema, first));
  try {
    await new Promise<void>((resolve, reject) => {
      const stream = client.stream(`${ADS}/${isDelta ? "Delta" : "Stream"}AggregatedResources`, {
        onMessage: () => resolve(),
        onClose: (error) => reject(error ?? new Error("it ended with status 0")),
      });
      stream.send([request]);
    });
  } finally {
    client.close();
  }
}

const makeToken = async (serviceAccount = "reviews"): Promise<string> =>
  (await admin.identity.createJoinToken.mutate({ namespace: "default", serviceAccount })).token;

interface Expected {
  readonly code: string;
  readonly message: RegExp;
  readonly hint?: RegExp;
  /** The audit trail of the attempt, oldest first. */
  readonly trail: readonly { readonly action: string; readonly actor: string; readonly reason: RegExp }[];
}

const list = (): Promise<readonly AuditView[]> => admin.access.audit.query({ limit: 100 });

/** Refused with this status, and its trail is in the audit and, word for word, in the log. */
async function refuses(attempt: () => Promise<unknown>, { code, message, hint = /^/, trail }: Expected): Promise<void> {
  const before = new Set((await list()).map(({ id }) => id));
  const error = await attempt().then(() => undefined, PharosError.from);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(error?.hint ?? "").toMatch(hint);
  await leaves(before, trail, (line) => !isOfConnection(line));
}

/** Lines of a connection come once for many of its kind and are counted then: the tests of TLS look at those. */
const isOfConnection = ({ action, actor }: AuditView) => action === "xds.connect" && actor.startsWith("spiffe:");

async function leaves(
  before: ReadonlySet<string>,
  trail: Expected["trail"],
  isMeant: (line: AuditView) => boolean,
): Promise<void> {
  const added = async () => (await list()).filter((line) => !before.has(line.id) && isMeant(line)).reverse();
  await expect.poll(added).toEqual(
    trail.map(({ action, actor, reason }) =>
      expect.objectContaining({
        action,
        actor,
        outcome: "refused",
        reason: expect.stringMatching(reason),
        from: LOOPBACK,
      }),
    ),
  );
  const logged = serve
    .log()
    .split("\n")
    .filter((line) => line.includes('"message":"audit"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const { actor, action, reason, from } of await added())
    expect(logged).toContainEqual(expect.objectContaining({ level: "warn", actor, action, reason, from }));
}

describe("a join token", () => {
  const issue = (actor: string, reason: RegExp) => [{ action: "identity.issue", actor, reason }];

  test("joins once; stolen and used a second time it is refused", async () => {
    const token = await makeToken();
    const { identity } = await joinMesh(token);
    expect(identity.spiffeId).toBe(REVIEWS);
    await expect(openStream({ cert: identity.chainPem, key: identity.keyPem }, {})).resolves.toBeUndefined();
    await refuses(() => joinMesh(token), {
      code: "unauthenticated",
      message: /^join token [\w-]+ was used by 127\.0\.0\.1:\d+ already$/,
      hint: /^make a new one with `pharos token create`/,
      trail: issue(REVIEWS, /^join token [\w-]+ was used by 127\.0\.0\.1:\d+ already$/),
    });
  });

  test("that two use at the same moment joins one of them", async () => {
    const token = await makeToken();
    const results = await Promise.allSettled([joinMesh(token), joinMesh(token), joinMesh(token)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  test("that expired is refused", async () => {
    const database = await openDatabase(join(serve.dir, "pharos.db"));
    const { id, secret } = await new IdentityStore(database.db).createToken({
      namespace: "default",
      serviceAccount: "reviews",
      group: null,
      expiresAt: new Date(Date.now() - 1000),
      createdBy: "test",
      createdAt: new Date(Date.now() - HOUR_MS),
    });
    await database.close();
    const token = formatJoinToken({ ...parseJoinToken(await makeToken()), id, secret });
    await refuses(() => joinMesh(token), {
      code: "unauthenticated",
      message: /^join token [\w-]+ expired at 20.+Z$/,
      hint: /./,
      trail: issue(REVIEWS, /expired at 20/),
    });
  });

  test("that was revoked is refused", async () => {
    const token = await makeToken();
    const { id } = parseJoinToken(token);
    await admin.identity.revokeJoinToken.mutate({ id });
    await refuses(() => joinMesh(token), {
      code: "unauthenticated",
      message: /is revoked/,
      trail: issue(REVIEWS, /is revoked/),
    });
  });

  test("into which another identity was written is refused, and stays good for its own", async () => {
    const token = await makeToken();
    const changed = formatJoinToken({ ...parseJoinToken(token), serviceAccount: "admin" });
    await refuses(() => joinMesh(changed), {
      code: "unauthenticated",
      message: /was changed: it names spiffe:.+\/sa\/admin, but was made for spiffe:.+\/sa\/reviews/,
      trail: issue(REVIEWS, /was changed: it names spiffe:.+\/sa\/admin/),
    });
    expect((await joinMesh(token)).identity.spiffeId).toBe(REVIEWS);
  });

  test("used to ask for another identity is refused, and stays good for its own", async () => {
    const token = await makeToken();
    const admins = REVIEWS.replace("reviews", "admin");
    await refuses(() => askCertificate({}, token, admins), {
      code: "forbidden",
      message: /^the certificate request asks for spiffe:.+\/sa\/admin, but the caller is spiffe:.+\/sa\/reviews$/,
      hint: /./,
      trail: issue(REVIEWS, /asks for spiffe:.+\/sa\/admin, but the caller is spiffe:.+\/sa\/reviews/),
    });
    expect((await joinMesh(token)).identity.spiffeId).toBe(REVIEWS);
  });

  test("with another secret is refused, and what was tried as a secret is written nowhere", async () => {
    const token = await makeToken();
    const [, , secret = ""] = token.split(".");
    const guess = [...secret].reverse().join("");
    await refuses(() => joinMesh(token.replace(secret, guess)), {
      code: "unauthenticated",
      message: /is not known here$/,
      hint: /./,
      trail: issue("unknown", /^join token [\w-]+ is not known here$/),
    });
    for (const text of [serve.log(), JSON.stringify(await list())]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(guess);
    }
  });

  test.each([
    ["cut short", (token: string) => token.slice(0, -30), /is cut off/],
    ["of another kind", () => "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", /is not one/],
  ])("%s is refused", async (_, change, reason) => {
    const token = await makeToken();
    await refuses(() => askCertificate({}, change(token)), {
      code: "unauthenticated",
      message: reason,
      trail: issue("unknown", reason),
    });
  });
});

describe("a renewal", () => {
  test("with a good certificate gets the next one", async () => {
    expect(await askCertificate(await good())).toHaveLength(2);
  });

  test("of a good certificate for another identity is refused", async () => {
    const shown = await good();
    await refuses(() => askCertificate(shown, undefined, `${REVIEWS}-v2`), {
      code: "forbidden",
      message: /asks for spiffe:.+-v2, but the caller is spiffe:.+reviews/,
      trail: [{ action: "identity.issue", actor: REVIEWS, reason: /asks for spiffe:.+-v2/ }],
    });
  });

  test.each<[string, () => Promise<Shown>, Expected]>([
    [
      "no certificate",
      nobody,
      {
        code: "unauthenticated",
        message: /^the caller showed neither a certificate nor a join token$/,
        hint: /^join with a token/,
        trail: [{ action: "identity.issue", actor: "unknown", reason: /neither a certificate nor a join token/ }],
      },
    ],
    [
      "an expired certificate",
      expired,
      {
        code: "unauthenticated",
        message: /^certificate \w+ of spiffe:.+ ended at 20.+$/,
        hint: /^join again with a new token/,
        trail: [{ action: "identity.issue", actor: REVIEWS, reason: /ended at 20/ }],
      },
    ],
    [
      "a certificate of a foreign authority",
      stranger,
      {
        code: "unauthenticated",
        message: /^certificate \w+ of spiffe:.+ was not issued by this mesh$/,
        hint: /./,
        trail: [{ action: "identity.issue", actor: REVIEWS, reason: /was not issued by this mesh/ }],
      },
    ],
  ])("with %s is refused", async (_, shown, expected) => {
    const identity = await shown();
    await refuses(() => askCertificate(identity), expected);
  });
});

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
    await refuses(() => call(identity, `${AGENT}/${method}`, method === "Report" ? report : register), {
      code: "unauthenticated",
      message: reason,
      trail: [{ action, actor, reason }],
    });
  });

  test("that registers a workload of another identity is refused", async () => {
    const other = await showing(() => ours, REVIEWS.replace("reviews", "ratings"))();
    await refuses(() => call(other, `${AGENT}/Register`, register), {
      code: "forbidden",
      message: /reviews.+ratings|ratings.+reviews/,
      trail: [{ action: "instance.register", actor: REVIEWS.replace("reviews", "ratings"), reason: /reviews/ }],
    });
  });
});

describe("a proxy's stream", () => {
  const trail = (reason: RegExp, actor = NODE) => [{ action: "xds.connect", actor, reason }];

  test.each([true, false])("with the certificate of its node is served (delta: %s)", async (isDelta) => {
    await expect(openStream(await good(), {}, isDelta)).resolves.toBeUndefined();
  });

  test.each<[string, () => Promise<Shown>, Parameters<typeof openStream>[1], string, RegExp, string?]>([
    ["without a certificate", nobody, {}, "unauthenticated", /showed no certificate/],
    ["with an expired certificate", expired, {}, "unauthenticated", /certificate \w+ of spiffe:.+ ended at 20/],
    ["with a foreign certificate", stranger, {}, "unauthenticated", /certificate \w+ of spiffe:.+ is not trusted: /],
    [
      "of another account",
      showing(() => ours, `${REVIEWS}-v2`),
      {},
      "forbidden",
      /needs the identity spiffe:.+\/sa\/reviews but showed spiffe:.+\/sa\/reviews-v2/,
    ],
    [
      "of another namespace",
      showing(() => ours, REVIEWS.replace("default", "prod")),
      {},
      "forbidden",
      /needs the identity spiffe:.+\/ns\/default\/.+ but showed spiffe:.+\/ns\/prod\//,
    ],
    [
      "of another namespace that names no account",
      showing(() => ours, REVIEWS.replace("default", "prod")),
      { metadata: { SERVICE_ACCOUNT: "" } },
      "forbidden",
      /needs the identity spiffe:.+\/ns\/default\/sa\/… but showed/,
    ],
    [
      "of another trust domain",
      showing(() => ours, "spiffe://other/ns/default/sa/reviews"),
      {},
      "forbidden",
      /but showed spiffe:\/\/other\//,
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
      "unknown",
    ],
    [
      "whose id and metadata name another namespace",
      good,
      { id: NODE.replace(".default", ".prod"), metadata: { NAMESPACE: "prod" } },
      "forbidden",
      /needs the identity spiffe:.+\/ns\/prod\/.+ but showed spiffe:.+\/ns\/default\//,
      NODE.replace(".default", ".prod"),
    ],
  ])("%s is refused, delta and state of the world alike", async (_, shown, node, code, reason, actor) => {
    const identity = await shown();
    for (const isDelta of [true, false])
      await refuses(() => openStream(identity, node, isDelta), { code, message: reason, trail: trail(reason, actor) });
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
    await admin.config.applyChanges.mutate({ changes: [{ op: "upsert", text: GROUP }], reason: "" });
    await call(await showing(() => ours, NAMED)(), `${AGENT}/Register`, registration());
  });

  test.each(["127.0.0.1", "127.0.0.9"])("of a registered instance is refused, at whatever address: %s", async (at) => {
    const reason = /takes the name of instance default\/named-0 of account named, but showed spiffe:.+\/sa\/reviews/;
    const thief = await good();
    await refuses(() => openStream(thief, { id: node(at) }), {
      code: "forbidden",
      message: reason,
      trail: [{ action: "xds.connect", actor: node(at), reason }],
    });
    await expect(
      openStream(await showing(() => ours, NAMED)(), { id: node(at), metadata: { SERVICE_ACCOUNT: "named" } }),
    ).resolves.toBeUndefined();
  });

  test("by labels that are another service's is refused", async () => {
    const reason = /says app=reviews, but WorkloadGroup default\/named says app=named/;
    const named = await showing(() => ours, NAMED)();
    await refuses(() => call(named, `${AGENT}/Register`, registration({ app: "reviews" })), {
      code: "forbidden",
      message: reason,
      trail: [{ action: "instance.register", actor: NAMED, reason }],
    });
  });

  test("of one that is connected and was never registered is refused", async () => {
    const other = await showing(() => ours, REVIEWS.replace("reviews", "ratings"))();
    const client = await connectGrpc({ address: xds, tls: { roots: ours.root, ...(await good()) } });
    try {
      const first = { node: { id: NODE, metadata: { SERVICE_ACCOUNT: "reviews" } }, typeUrl: TYPE_URLS.CDS };
      await new Promise<void>((resolve, reject) => {
        const handler = { onMessage: () => resolve(), onClose: reject };
        const stream = client.stream(`${ADS}/DeltaAggregatedResources`, handler);
        stream.send([toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, first))]);
      });
      const reason = /is connected as spiffe:.+\/sa\/reviews, and now showed spiffe:.+\/sa\/ratings/;
      await refuses(() => openStream(other, { metadata: { SERVICE_ACCOUNT: "ratings" } }), {
        code: "forbidden",
        message: reason,
        trail: [{ action: "xds.connect", actor: NODE, reason }],
      });
    } finally {
      client.close();
    }
  });
});

describe("what TLS alone sees", () => {
  const ids = async () => new Set((await list()).map(({ id }) => id));

  test.each([
    ["a foreign certificate", "silent", () => foreign, 0, /another root issued it/],
    ["an expired certificate", "late", () => ours, -2 * HOUR_MS, /it has expired/],
  ] as const)("%s that asks for nothing leaves its line", async (_, account, issuer, fromMs, why) => {
    const actor = `spiffe://cluster.local/ns/default/sa/${account}`;
    const shown = await showing(issuer, actor, fromMs)();
    const before = await ids();
    const client = await connectGrpc({ address: xds, tls: { roots: ours.root, ...shown } });
    const reason = new RegExp(`^certificate \\w+ of ${actor} is not trusted: ${why.source}`);
    await leaves(before, [{ action: "xds.connect", actor, reason }], (line) => line.actor === actor);
    client.close();
  });

  test("a handshake that fails leaves its line, once", async () => {
    const before = await ids();
    const [host, port] = xds.split(":");
    for (let index = 0; index < 5; index++) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp(Number(port), host);
        socket.on("error", () => undefined).once("close", () => resolve());
        socket.resume().write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
      });
    }
    const line = { action: "xds.connect", actor: "unknown", reason: /^the TLS handshake failed: http request$/ };
    await leaves(before, [line], ({ actor }) => actor === "unknown");
  });
});

test("the root's key is in no file of the data directory", () => {
  for (const name of ["pharos.db", "ca-key.json", "root-cert.pem", "ca-key-secret", "server.json"]) {
    const path = join(serve.dir, name);
    expect(existsSync(path), name).toBe(true);
    expect(readFileSync(path, "latin1"), name).not.toContain("PRIVATE KEY");
  }
});
