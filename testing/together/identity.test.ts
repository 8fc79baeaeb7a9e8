import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadIdentity } from "#mesh-agent/identity/identity-file.ts";
import { IdentityKeeper } from "#mesh-agent/identity/identity-keeper.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { makeCsr } from "#mesh-agent/identity/make-csr.ts";
import { renewalTimeMs } from "#mesh-agent/identity/renewal-time.ts";
import { Pkcs10CertificateRequest } from "#server/ca/x509.ts";
import { FakeControlPlane } from "#testing/fake-control-plane.ts";
import { silentLogger } from "#testing/loggers.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
let dir: string;
let plane: FakeControlPlane;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-identity-"));
  plane = await FakeControlPlane.open();
});
afterEach(async () => {
  await plane.stop();
  rmSync(dir, { recursive: true, force: true });
});

function keeper(token: string | undefined): IdentityKeeper {
  return new IdentityKeeper({
    file: join(dir, "identity.json"),
    namespace: "default",
    serviceAccount: "reviews",
    server: undefined,
    readToken: () => token,
    log: silentLogger,
  });
}

async function spent(token: string): Promise<string> {
  await joinMesh(token);
  return token;
}

test("a request is signed by its own key and asks for exactly one name", async () => {
  const { csrPem } = await makeCsr(ID);
  const csr = new Pkcs10CertificateRequest(csrPem);
  expect(await csr.verify()).toBe(true);
  expect(csr.subject).toBe("");
  expect(csr.getExtension("2.5.29.17")?.toString("text")).toContain(ID);
});

test("a token buys a certificate for its identity, once", async () => {
  const token = plane.makeToken();
  const { identity, server } = await joinMesh(token);
  expect(identity.spiffeId).toBe(ID);
  expect(server).toBe(plane.address);
  await expect(joinMesh(token)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a server of another mesh gets neither token nor request", async () => {
  const other = await FakeControlPlane.open();
  const token = other.makeToken();
  await expect(joinMesh(token, plane.address)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("root certificate"),
  });
  expect(plane.issued).toBe(0);
  expect((await joinMesh(token)).identity.spiffeId).toBe(ID);
  await other.stop();
});

test.each([
  [
    "",
    "spiffe://cluster.local/ns/default/sa/thief",
    "its certificate names spiffe://cluster.local/ns/default/sa/thief",
  ],
  [" that bears its name", "spiffe://cluster.local/ns/istio-system/sa/pharos", "not its extended key usage"],
])("a workload of the same mesh%s is not taken for the control plane, and gets no token", async (_, serveAs, why) => {
  const impostor = await FakeControlPlane.open({ serveAs });
  await expect(joinMesh(impostor.makeToken())).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(new RegExp(`^the server is not a control plane: .*${why}`)),
  });
  expect(impostor.issued).toBe(0);
  await impostor.stop();
});

test("a restarted agent keeps its identity without a token", async () => {
  await keeper(plane.makeToken()).open(AbortSignal.timeout(30_000));
  await plane.stop();
  const again = keeper(undefined);
  await again.open(AbortSignal.timeout(30_000));
  expect(again.current.spiffeId).toBe(ID);
  expect(again.server).toBe(plane.address);
});

test("key and certificate are one file that only this user reads", async () => {
  await keeper(plane.makeToken()).open(AbortSignal.timeout(30_000));
  expect(statSync(join(dir, "identity.json")).mode & 0o777).toBe(0o600);
});

test.each([
  [
    "no token",
    (): undefined => undefined,
    { code: "unauthenticated", message: expect.stringContaining("no join token") },
  ],
  [
    "a used token",
    (): Promise<string> => spent(plane.makeToken()),
    {
      code: "unauthenticated",
      message: expect.stringContaining("used"),
      hint: expect.stringContaining("pharos token create"),
    },
  ],
  [
    "another account's token",
    (): string => plane.makeToken("default", "ratings"),
    { code: "invalid", message: expect.stringContaining("default/ratings") },
  ],
] as const)("refuses to start with %s, and says what to do", async (_, make, expected) => {
  await expect(keeper(await make()).open(AbortSignal.timeout(30_000))).rejects.toMatchObject(expected);
});

test("another account's token is not spent", async () => {
  const token = plane.makeToken("default", "ratings");
  await expect(keeper(token).open(AbortSignal.timeout(30_000))).rejects.toThrow();
  expect((await joinMesh(token)).identity.spiffeId).toContain("ratings");
});

test("an expired certificate and a used token: both are named", async () => {
  const short = await FakeControlPlane.open({ certificateLifeMs: 1 });
  const token = short.makeToken();
  const first = keeper(token);
  await first.open(AbortSignal.timeout(30_000));
  const stored = join(dir, "identity.json");
  await new Promise((done) => setTimeout(done, Math.max(0, first.current.notAfterMs - Date.now() + 1)));
  await expect(keeper(token).open(AbortSignal.timeout(30_000))).rejects.toMatchObject({
    code: "unauthenticated",
    message: expect.stringMatching(/expired at .*the join token was refused/),
  });
  expect(loadIdentity(stored)?.identity.spiffeId).toBe(ID);
  await short.stop();
});

test("a half-written identity is not used, and joining again replaces it", async () => {
  writeFileSync(join(dir, "identity.json"), '{"keyPem": "-----BEG');
  const again = keeper(plane.makeToken());
  await again.open(AbortSignal.timeout(30_000));
  expect(again.current.spiffeId).toBe(ID);
});

test("a token of a new mesh replaces an identity of the old one", async () => {
  await keeper(plane.makeToken()).open(AbortSignal.timeout(30_000));
  const rebuilt = await FakeControlPlane.open();
  const again = keeper(rebuilt.makeToken());
  await again.open(AbortSignal.timeout(30_000));
  expect(again.server).toBe(rebuilt.address);
  await rebuilt.stop();
});

test.each([
  [0, 4000],
  [0.5, 5000],
  [1, 6000],
])("renews around half of life (random %d)", (random, expected) => {
  expect(renewalTimeMs({ issuedAtMs: 0, notAfterMs: 10_000 }, random)).toBe(expected);
});
