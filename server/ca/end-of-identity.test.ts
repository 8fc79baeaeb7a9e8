import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { formatJoinToken } from "#core/identity/join-token.ts";
import type { Resource } from "#core/resource/resource.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import { urisOf } from "#grpc/peer.ts";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";
import { Authority, makeRoot } from "#server/ca/authority.ts";
import { createCertificateService } from "#server/ca/certificate-service.ts";
import { describeRevoked } from "#server/ca/describe-revoked.ts";
import { hasGrant } from "#server/ca/has-grant.ts";
import { CHAIN_ALLOWANCE, IDENTITY_ALLOWANCE, IssueLimit } from "#server/ca/issue-limit.ts";
import { RevocationBook } from "#server/ca/revocations.ts";
import { IdentityStore } from "#server/ca/store.ts";
import { makeCsr } from "#server/ca/testing/make-csr.ts";
import * as x509 from "#server/ca/x509.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-05-04T10:20:30Z");
const CSR = makeCsr({ names: [[{ kind: "uri", value: ID }]] });

let dir: string;
let database: OpenDatabase;
let store: IdentityStore;
let authority: Authority;
let book: RevocationBook;
let nowMs: number;
const groups = new Map<string, Resource<"WorkloadGroup">>();
let serve: ReturnType<typeof createCertificateService>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-end-of-identity-"));
  database = await openDatabase(join(dir, "pharos.db"));
  store = new IdentityStore(database.db);
  book = await RevocationBook.open(database.db);
  authority = await Authority.open("cluster.local", await makeRoot("cluster.local", NOW - HOUR_MS));
  nowMs = NOW;
  groups.clear();
  putGroup(NOW - HOUR_MS);
  serve = createCertificateService({
    authority,
    store,
    revocations: book,
    findGroup: (namespace, name) => groups.get(`${namespace}/${name}`),
    lifeMs: HOUR_MS,
    audit: () => undefined,
    now: () => nowMs,
  });
});
afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

function putGroup(madeMs: number, serviceAccount = "reviews"): void {
  groups.set("default/reviews-v1", {
    apiVersion: "networking.istio.io/v1",
    kind: "WorkloadGroup",
    metadata: { name: "reviews-v1", namespace: "default", creationTimestamp: new Date(madeMs).toISOString() },
    spec: { template: { serviceAccount } },
  });
}

async function makeToken(group: string | null = "reviews-v1"): Promise<{ readonly id: string; readonly text: string }> {
  const identity = { namespace: "default", serviceAccount: "reviews" };
  const { id, secret } = await store.createToken({
    ...identity,
    group,
    expiresAt: new Date(NOW + HOUR_MS),
    createdBy: "test",
    createdAt: new Date(nowMs),
  });
  const { fingerprint: rootFingerprint, trustDomain } = authority;
  return {
    id,
    text: formatJoinToken({ server: "127.0.0.1:15012", rootFingerprint, id, secret, trustDomain, ...identity }),
  };
}

type Shown = NonNullable<ForwardedPeer["certificate"]>;

async function ask(by: { readonly token: string } | { readonly certificate: Shown }): Promise<Shown> {
  const answer = await serve(
    toBinary(IstioCertificateRequestSchema, create(IstioCertificateRequestSchema, { csr: CSR })),
    {
      address: "127.0.0.1:4000",
      certificate: "certificate" in by ? by.certificate : null,
      headers: "token" in by ? { authorization: `Bearer ${by.token}` } : {},
    },
  );
  const leaf = new X509Certificate(fromBinary(IstioCertificateResponseSchema, answer).certChain[0] ?? "");
  return {
    isTrusted: true,
    problem: null,
    uris: urisOf(leaf),
    serial: leaf.serialNumber.toLowerCase(),
    notAfterMs: leaf.validToDate.getTime(),
    der: leaf.raw,
  };
}

/** Joined with a token, and renewed once: what stands at the head of the chain must still be known then. */
async function joined(group?: string | null): Promise<{ readonly grant: string; readonly certificate: Shown }> {
  const { id, text } = await makeToken(group);
  return { grant: id, certificate: await ask({ certificate: await ask({ token: text }) }) };
}

const revoke = (kind: "identity" | "namespace" | "certificate" | "token", subject: string) =>
  book.add({ kind, subject }, "alice", "host was stolen", new Date(nowMs));

test.each([
  ["its identity", async () => revoke("identity", ID)],
  ["its namespace", async () => revoke("namespace", "default")],
  ["itself", async ({ certificate }: Awaited<ReturnType<typeof joined>>) => revoke("certificate", certificate.serial)],
  ["the token it came of", async ({ grant }: Awaited<ReturnType<typeof joined>>) => revoke("token", grant)],
])("a certificate is not renewed when %s is revoked, and is when that is lifted", async (_, end) => {
  const chain = await joined();
  const { id } = await end(chain);
  await expect(ask(chain)).rejects.toMatchObject({
    code: "unauthenticated",
    message: expect.stringMatching(/revoked by alice at 2026-05-04T10:20:30.000Z: host was stolen$/),
    hint: expect.stringContaining(`pharos revoke lift ${id}`),
  });
  const again = await RevocationBook.open(database.db);
  expect(again.find({ spiffeId: ID, serial: chain.certificate.serial, grantId: chain.grant })?.id, "restarted").toBe(
    id,
  );
  await book.lift(id, "bob", "it was found", new Date(nowMs));
  expect((await ask(chain)).uris).toEqual([ID]);
  expect(await book.list()).toMatchObject([{ id, lifted: { by: "bob", reason: "it was found" } }]);
});

test("another identity, certificate and host of the same account go on", async () => {
  const [one, other] = [await joined(), await joined()];
  await revoke("token", one.grant);
  await revoke("certificate", one.certificate.serial);
  await revoke("identity", `${ID}-v2`);
  await revoke("namespace", "default-2");
  expect((await ask(other)).uris).toEqual([ID]);
});

test("nobody joins as an identity that is revoked, and the token is good once that is lifted", async () => {
  const { text } = await makeToken();
  const { id } = await revoke("identity", ID);
  await expect(ask({ token: text })).rejects.toMatchObject({
    code: "unauthenticated",
    message: expect.stringContaining("host was stolen"),
  });
  await book.lift(id, "bob", "", new Date(nowMs));
  expect((await ask({ token: text })).uris).toEqual([ID]);
});

test("a certificate that is revoked while it is made is not handed out", async () => {
  const chain = await joined();
  const record = store.recordIssued.bind(store);
  store.recordIssued = async (...args) => {
    await record(...args);
    await revoke("identity", ID);
  };
  await expect(ask(chain)).rejects.toMatchObject({ code: "unauthenticated" });
});

test.each([
  ["its group is deleted", () => void groups.clear(), /WorkloadGroup default\/reviews-v1 was deleted$/],
  ["a group of its name is made anew", () => putGroup(NOW + 1000), /was deleted, and made anew at 2026/],
  ["its group is another account's", () => putGroup(NOW - HOUR_MS, "ratings"), /is for account ratings now/],
])("what a token allowed ends when %s: no renewal, no join", async (_, change, message) => {
  const chain = await joined();
  const { text } = await makeToken();
  change();
  nowMs += 2000;
  const refusal = { code: "unauthenticated", message: expect.stringMatching(message), hint: expect.any(String) };
  await expect(ask(chain)).rejects.toMatchObject(refusal);
  await expect(ask({ token: text })).rejects.toMatchObject(refusal);
  putGroup(NOW - HOUR_MS);
  expect((await ask(chain)).uris, "its deletion undone").toEqual([ID]);
});

test("what a token let into a group that names no account ends with the token, and with the group", async () => {
  putGroup(NOW - HOUR_MS);
  const groupNow = () => groups.get("default/reviews-v1") as Resource<"WorkloadGroup">;
  const may = (account = "reviews") =>
    hasGrant({ trustDomain: "cluster.local", store, revocations: book }, groupNow(), account);
  expect(await may()).toBe(false);
  const { id: grantId, text } = await makeToken();
  expect(await may(), "made and not used").toBe(false);
  await ask({ token: text });
  expect([await may(), await may("ratings")]).toEqual([true, false]);
  const { id } = await revoke("token", grantId);
  expect(await may(), "revoked").toBe(false);
  await book.lift(id, "bob", "", new Date(nowMs));
  expect(await may()).toBe(true);
  putGroup(NOW + 1000);
  expect(await may(), "of a group that was there before").toBe(false);
});

test("a token without a group allows until it is revoked; one that was used and is gone since ends nothing", async () => {
  const chain = await joined(null);
  groups.clear();
  expect((await ask(chain)).uris).toEqual([ID]);
  await database.db.joinToken.deleteMany({});
  expect((await ask(chain)).uris).toEqual([ID]);
});

test("one chain of renewals has its allowance, and more as time goes by; another host has its own", async () => {
  const [chain, other] = [await joined(), await joined()];
  for (let left = CHAIN_ALLOWANCE.burst - 2; left > 0; left--) await ask(chain);
  await expect(ask(chain)).rejects.toMatchObject({ code: "exhausted", hint: expect.stringContaining("in 1 s") });
  expect((await ask(other)).uris).toEqual([ID]);
  nowMs += 1000 / CHAIN_ALLOWANCE.perSecond;
  expect((await ask(chain)).uris).toEqual([ID]);
  await expect(ask(chain)).rejects.toMatchObject({ code: "exhausted" });
});

test("all hosts of an identity have one allowance together, which says how long to wait", () => {
  const limit = new IssueLimit("identity", IDENTITY_ALLOWANCE);
  for (let left = IDENTITY_ALLOWANCE.burst; left > 0; left--) limit.take(ID, NOW);
  expect(() => limit.take(ID, NOW)).toThrow(
    expect.objectContaining({ code: "exhausted", message: expect.stringContaining(`identity ${ID}`) }),
  );
  expect(() => limit.take(`${ID}-v2`, NOW)).not.toThrow();
  for (let left = IDENTITY_ALLOWANCE.perSecond; left > 0; left--) limit.take(ID, NOW + 1000);
  expect(() => limit.take(ID, NOW + 1000)).toThrow();
});

test("the list names every certificate in its time of what is revoked, is signed by the root, and ends with it", async () => {
  const [one, other] = [await joined(), await joined(null)];
  await revoke("token", one.grant);
  const { lists, serials } = await describeRevoked(book, store, authority, nowMs);
  // OpenSSL's reader, as a proxy's: what it cannot read, Envoy takes and refuses everybody by.
  expect(() => createSecureContext({ crl: lists.get(authority.fingerprint) })).not.toThrow();
  const crl = new x509.X509Crl(lists.get(authority.fingerprint) ?? "");
  const root = new x509.X509Certificate(authority.root);
  expect(await crl.verify({ publicKey: root.publicKey })).toBe(true);
  expect(crl.nextUpdate).toEqual(root.notAfter);
  const named = crl.entries.map(({ serialNumber }) => serialNumber);
  expect(named).toContain(one.certificate.serial);
  expect(named).not.toContain(other.certificate.serial);
  expect([...serials.keys()].sort()).toEqual(named.sort());
  expect((await describeRevoked(book, store, authority, nowMs + 2 * HOUR_MS)).lists.size, "all have ended").toBe(0);
});
