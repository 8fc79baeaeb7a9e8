import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { formatJoinToken, type JoinToken } from "#core/identity/join-token.ts";
import type { Resource } from "#core/resource/resource.ts";
import { Secret } from "#core/secret.ts";
import type { ForwardedPeer } from "#grpc/forwarded-peer.ts";
import { urisOf } from "#grpc/peer.ts";
import { IstioCertificateRequestSchema, IstioCertificateResponseSchema } from "#proto/gen/istio/security/ca_pb.js";
import { Authority, makeRoot } from "#server/ca/authority.ts";
import { type CertificateServiceOptions, createCertificateService } from "#server/ca/certificate-service.ts";
import { RevocationBook } from "#server/ca/revocations.ts";
import { IdentityStore } from "#server/ca/store.ts";
import { makeCsr } from "#server/ca/testing/make-csr.ts";
import * as x509 from "#server/ca/x509.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-05-04T10:20:30Z");
const FROM = "127.0.0.1:4000";

let dir: string;
let database: OpenDatabase;
let store: IdentityStore;
let authority: Authority;
let book: RevocationBook;
const groups = new Map<string, Resource<"WorkloadGroup">>();
let foreign: Authority;
let nowMs = NOW;
let lines: Parameters<CertificateServiceOptions["audit"]>[0][];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos certificates "));
  database = await openDatabase(join(dir, "pharos.db"));
  store = new IdentityStore(database.db);
  book = await RevocationBook.open(database.db);
  const open = async (domain: string) => Authority.open(domain, await makeRoot(domain, NOW - HOUR_MS));
  [authority, foreign] = await Promise.all([open("cluster.local"), open("cluster.local")]);
});
afterAll(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  nowMs = NOW;
  lines = [];
});

async function makeToken(claims: Partial<JoinToken> = {}, lifeMs = HOUR_MS): Promise<string> {
  const { id, secret } = await store.createToken({
    namespace: "default",
    serviceAccount: "reviews",
    group: null,
    expiresAt: new Date(NOW + lifeMs),
    createdBy: "test",
    createdAt: new Date(NOW),
  });
  return formatJoinToken({
    server: "127.0.0.1:15012",
    rootFingerprint: authority.fingerprint,
    id,
    secret,
    trustDomain: "cluster.local",
    namespace: "default",
    serviceAccount: "reviews",
    ...claims,
  });
}

const idOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { i: string }).i;

function call(
  { token, certificate = null }: { token?: string; certificate?: ForwardedPeer["certificate"] },
  request: { readonly csr?: string; readonly validityDuration?: bigint } | Uint8Array = {},
  identities = store,
): Promise<X509Certificate> {
  const service = createCertificateService({
    authority,
    store: identities,
    revocations: book,
    findGroup: (namespace, name) => groups.get(`${namespace}/${name}`),
    lifeMs: HOUR_MS,
    audit: (line) => lines.push(line),
    now: () => nowMs,
  });
  const bytes =
    request instanceof Uint8Array
      ? request
      : toBinary(
          IstioCertificateRequestSchema,
          create(IstioCertificateRequestSchema, {
            csr: makeCsr({ names: [[{ kind: "uri", value: ID }]] }),
            ...request,
          }),
        );
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return service(bytes, { address: FROM, certificate, headers }).then(
    (answer) => new X509Certificate(fromBinary(IstioCertificateResponseSchema, answer).certChain[0] ?? ""),
  );
}

/** A caller that shows a certificate of `issuer`, valid from `fromMs` for `lifeMs`. */
async function holder(issuer: Authority, spiffeId = ID, fromMs = NOW, lifeMs = HOUR_MS) {
  const { publicKey } = new x509.Pkcs10CertificateRequest(makeCsr({}));
  const { chain } = await issuer.issue({ publicKey, spiffeId, lifeMs }, fromMs);
  return present(new X509Certificate(chain[0] ?? ""));
}

function present(leaf: X509Certificate): NonNullable<ForwardedPeer["certificate"]> {
  return {
    // What TLS thought of it decides nothing here.
    isTrusted: true,
    problem: null,
    uris: urisOf(leaf),
    serial: leaf.serialNumber.toLowerCase(),
    notAfterMs: leaf.validToDate.getTime(),
    der: leaf.raw,
  };
}

describe("a join token", () => {
  test("gives the identity it was made for, and leaves who, what and from where", async () => {
    const token = await makeToken();
    expect((await call({ token })).subjectAltName).toBe(`URI:${ID}`);
    expect(lines).toEqual([
      {
        actor: ID,
        action: "identity.join",
        resource: ID,
        outcome: "allowed",
        reason: `token ${idOf(token)}`,
        from: FROM,
      },
    ]);
    expect(await store.listIssued(new Date(NOW), () => undefined)).toContainEqual(
      expect.objectContaining({ spiffeId: ID, issuedTo: FROM, authenticatedBy: "token" }),
    );
  });

  test("gives one certificate to twenty who show it at the same moment", async () => {
    const token = await makeToken();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => call({ token })));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected")
        expect(result.reason).toMatchObject({ code: "unauthenticated", message: expect.stringMatching(/was used/) });
    expect(lines.filter(({ outcome }) => outcome === "refused")).toHaveLength(19);
  });

  test("is still good after a request that was refused for its own faults", async () => {
    const token = await makeToken();
    const other = makeCsr({ names: [[{ kind: "uri", value: `${ID}-v2` }]] });
    await expect(call({ token }, { csr: other })).rejects.toMatchObject({ code: "forbidden" });
    await expect(call({ token }, { csr: "please" })).rejects.toMatchObject({ code: "invalid" });
    await expect(call({ token }, { validityDuration: -1n })).rejects.toMatchObject({ code: "invalid" });
    expect((await call({ token })).subjectAltName).toBe(`URI:${ID}`);
  });

  const claim = (text: string) => expect.stringContaining(text);
  test.each<[string, () => Promise<string>, unknown, string]>([
    [
      "that was used",
      async () => {
        const token = await makeToken();
        await call({ token });
        return token;
      },
      claim(`was used by ${FROM} already`),
      ID,
    ],
    ["that expired", () => makeToken({}, -1), claim("expired at 2026-05-04T10:20:29.999Z"), ID],
    [
      "that was revoked",
      async () => {
        const token = await makeToken();
        await store.revokeToken(idOf(token), new Date(NOW));
        return token;
      },
      claim("is revoked"),
      ID,
    ],
    [
      "with another account written into it",
      () => makeToken({ serviceAccount: "admin" }),
      claim(`was changed: it names spiffe://cluster.local/ns/default/sa/admin, but was made for ${ID}`),
      ID,
    ],
    [
      "with another namespace written into it",
      () => makeToken({ namespace: "prod" }),
      claim("was changed: it names spiffe://cluster.local/ns/prod/sa/reviews"),
      ID,
    ],
    ["with another trust domain written into it", () => makeToken({ trustDomain: "other" }), claim("was changed"), ID],
    [
      "with another root written into it",
      () => makeToken({ rootFingerprint: "00".repeat(32) }),
      claim("names another root than this mesh's"),
      ID,
    ],
    [
      "with another secret",
      () => makeToken({ secret: new Secret("x".repeat(43)) }),
      claim("is not known here"),
      "unknown",
    ],
    ["that nobody made", () => makeToken({ id: "nobodys" }), "join token nobodys is not known here", "unknown"],
    ["that was cut", async () => (await makeToken()).slice(0, -20), "the join token is cut off", "unknown"],
    [
      "of another kind",
      async () => "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2ln",
      "the join token is not one",
      "unknown",
    ],
  ])("%s is refused, with the next step, and noted", async (_, make, message, actor) => {
    const token = await make();
    lines = [];
    const refused = call({ token }, { csr: "please" });
    await expect(refused).rejects.toMatchObject({ code: "unauthenticated", message, hint: expect.any(String) });
    await expect(call({ token })).rejects.toMatchObject({ code: "unauthenticated", message });
    expect(lines).toHaveLength(2);
    for (const line of lines)
      expect(line).toEqual({
        actor,
        action: "identity.issue",
        resource: actor,
        outcome: "refused",
        reason: message,
        from: FROM,
      });
    expect(JSON.stringify(lines)).not.toContain(token.split(".")[2]);
  });
});

describe("a certificate", () => {
  test("renews itself, for the same identity only", async () => {
    const certificate = await holder(authority);
    expect((await call({ certificate })).subjectAltName).toBe(`URI:${ID}`);
    expect(lines, "a renewal is no event").toEqual([]);
    const csr = makeCsr({ names: [[{ kind: "uri", value: `${ID}-v2` }]] });
    await expect(call({ certificate }, { csr })).rejects.toMatchObject({ code: "forbidden" });
    expect(lines).toMatchObject([
      { actor: ID, outcome: "refused", reason: expect.stringContaining("-v2"), from: FROM },
    ]);
  });

  /** Signed by the authority's name, but with a key that is its own. */
  async function selfMade(): Promise<X509Certificate> {
    const keys = (await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
      true,
      ["sign", "verify"],
    )) as CryptoKeyPair;
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      name: "O=cluster.local,CN=Pharos root",
      notBefore: new Date(NOW - HOUR_MS),
      notAfter: new Date(NOW + HOUR_MS),
      keys,
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: "url", value: ID }])],
    });
    return new X509Certificate(made.toString("pem"));
  }

  test.each<[string, () => Promise<ForwardedPeer["certificate"]>, RegExp, string]>([
    ["none at all", async () => null, /^the caller showed neither a certificate nor a join token$/, "unknown"],
    [
      "one that ended",
      () => holder(authority, ID, NOW - HOUR_MS, 60_000),
      /^certificate \w{32} of spiffe:.+reviews ended at 2026-05-04T09:21:30/,
      ID,
    ],
    ["one that ends now", () => holder(authority, ID, NOW - 60_000, 60_000), /ended at 2026-05-04T10:20:30/, ID],
    ["one that is not in its time yet", () => holder(authority, ID, NOW + HOUR_MS), /begins at 2026/, ID],
    ["one of a foreign authority of the same name", () => holder(foreign), /was not issued by this mesh$/, ID],
    ["one made with a key of another kind", async () => present(await selfMade()), /was not issued by this mesh$/, ID],
    [
      "one for another trust domain",
      () => holder(authority, "spiffe://other/ns/default/sa/reviews"),
      /carries no id of cluster.local$/,
      "spiffe://other/ns/default/sa/reviews",
    ],
    [
      "one whose name is no id",
      () => holder(authority, "spiffe://cluster.local/reviews"),
      /carries no id/,
      "spiffe://cluster.local/reviews",
    ],
    ["one with two ids", async () => ({ ...(await holder(authority)), uris: [ID, `${ID}-v2`] }), /carries no id/, ID],
    [
      "the root's own",
      async () => present(new X509Certificate(authority.root)),
      /carries no id/,
      "spiffe://cluster.local",
    ],
  ])("is refused: %s", async (_, make, message, actor) => {
    await expect(call({ certificate: await make() })).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringMatching(message),
      hint: expect.stringContaining("pharos token create"),
    });
    expect(lines).toEqual([
      {
        actor,
        action: "identity.issue",
        resource: actor,
        outcome: "refused",
        reason: expect.stringMatching(message),
        from: FROM,
      },
    ]);
  });
});

test.each([
  ["as long as it may when none is asked for", 0n, HOUR_MS],
  ["as long as asked", 30n, 30_000],
  ["one second when that is asked", 1n, 1000],
  ["no longer than it may", 10n ** 12n, HOUR_MS],
])("lives %s", async (_, validityDuration, lifeMs) => {
  const issued = await call({ certificate: await holder(authority) }, { validityDuration });
  expect(issued.validToDate.getTime() - NOW).toBe(lifeMs);
});

test("what is no request is the caller's fault; a database that fails is not called a refusal", async () => {
  const certificate = await holder(authority);
  await expect(call({ certificate }, Buffer.from([0x0a, 0xff]))).rejects.toMatchObject({ code: "invalid" });
  const closed = await openDatabase(join(dir, "closed.db"));
  await closed.close();
  await expect(call({ token: await makeToken() }, {}, new IdentityStore(closed.db))).rejects.toThrow();
  expect(lines.map(({ outcome }) => outcome)).toEqual(["refused", "failed"]);
});
