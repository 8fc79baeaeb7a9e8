import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { CONTROL_PLANE_USAGE } from "#core/identity/server-mark.ts";
import { Authority, makeRoot } from "#server/ca/authority.ts";
import { checkCsr } from "#server/ca/check-csr.ts";
import type { RootFiles } from "#server/ca/root-file.ts";
import { ecKeys, makeCsr } from "#server/ca/testing/make-csr.ts";
import * as x509 from "#server/ca/x509.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const NOW = Date.parse("2026-05-04T10:20:30.400Z");

let files: RootFiles;
let authority: Authority;
beforeAll(async () => {
  files = await makeRoot("cluster.local", NOW);
  authority = await Authority.open("cluster.local", files);
});

async function issue(lifeMs: number, nowMs = NOW) {
  const keys = ecKeys();
  const publicKey = await checkCsr(makeCsr({ keys, subject: "admin", names: [[{ kind: "uri", value: ID }]] }), ID);
  const issued = await authority.issue({ publicKey, spiffeId: ID, lifeMs }, nowMs);
  return { ...issued, keys, leaf: new X509Certificate(issued.chain[0] ?? "") };
}

describe("a certificate", () => {
  test("leads to the root, whose fingerprint is the one that join tokens carry", async () => {
    const { leaf, chain } = await issue(HOUR_MS);
    const root = new X509Certificate(chain.at(-1) ?? "");
    expect(chain).toHaveLength(2);
    expect(chain.at(-1)).toBe(authority.root);
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
    expect(root.checkIssued(root) && root.verify(root.publicKey) && root.ca).toBe(true);
    expect(root.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(authority.fingerprint);
  });

  test("carries the caller's id, nothing else of the request, and is nobody's authority", async () => {
    const { leaf, chain, keys } = await issue(HOUR_MS);
    expect(leaf.subjectAltName).toBe(`URI:${ID}`);
    expect(leaf.subject ?? "").toBe("");
    expect(leaf.ca).toBe(false);
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
    expect(leaf.checkPrivateKey(keys.privateKey)).toBe(true);
    const parsed = new x509.X509Certificate(chain[0] ?? "");
    expect(parsed.signatureAlgorithm).toEqual({ name: "ECDSA", hash: { name: "SHA-256" } });
    expect(parsed.getExtension(x509.KeyUsagesExtension)?.usages).toBe(
      x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
    );
    expect(parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([
      x509.ExtendedKeyUsage.serverAuth,
      x509.ExtendedKeyUsage.clientAuth,
    ]);
    expect(parsed.getExtension(x509.SubjectAlternativeNameExtension)?.critical).toBe(true);
  });

  test.each([HOUR_MS, 20_000, 1500])("lives %i ms and no more, in whole seconds", async (lifeMs) => {
    const { leaf, notAfter, notBefore } = await issue(lifeMs);
    expect(leaf.validToDate).toEqual(notAfter);
    expect(leaf.validFromDate).toEqual(notBefore);
    expect(NOW + lifeMs - notAfter.getTime()).toBeGreaterThanOrEqual(0);
    expect(NOW + lifeMs - notAfter.getTime()).toBeLessThan(1000);
    expect(NOW - notBefore.getTime()).toBeGreaterThan(0);
    expect(NOW - notBefore.getTime()).toBeLessThanOrEqual(61_000);
  });

  test("never outlives the root, and none is given once that has ended", async () => {
    const rootEnd = new X509Certificate(authority.root).validToDate;
    expect((await issue(HOUR_MS, rootEnd.getTime() - 60_000)).notAfter).toEqual(rootEnd);
    await expect(issue(HOUR_MS, NOW + 11 * YEAR_MS)).rejects.toMatchObject({
      code: "unavailable",
      message: `the mesh's root ended at ${rootEnd.toISOString()}`,
      hint: expect.any(String),
    });
  });

  test("has a serial of its own", async () => {
    const serials = await Promise.all(
      Array.from({ length: 20 }, () => issue(HOUR_MS).then(({ leaf }) => leaf.serialNumber)),
    );
    expect(new Set(serials).size).toBe(20);
    expect(serials.every((serial) => serial.length === 32)).toBe(true);
  });
});

test("the control plane's own certificate carries its id and the names it is looked for under", async () => {
  const { cert, key, roots } = await authority.issueServing(HOUR_MS, NOW);
  const leaf = new X509Certificate(cert);
  expect(leaf.subjectAltName).toContain("URI:spiffe://cluster.local/ns/istio-system/sa/pharos");
  expect(leaf.checkHost("localhost")).toBe("localhost");
  expect(leaf.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(leaf.verify(new X509Certificate(roots).publicKey)).toBe(true);
  expect(key).toContain("BEGIN PRIVATE KEY");
});

test("agents know the control plane's certificate by a usage that no workload's has, and it is no client's", async () => {
  const { cert } = await authority.issueServing(HOUR_MS, NOW);
  expect(new X509Certificate(cert).keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", CONTROL_PLANE_USAGE]);
  expect((await issue(HOUR_MS)).leaf.keyUsage).not.toContain(CONTROL_PLANE_USAGE);
});

test.each(["pharos", "istiod"])("no workload is given the control plane's own account %s", async (account) => {
  const { publicKey } = new x509.Pkcs10CertificateRequest(makeCsr({}));
  const spiffeId = `spiffe://cluster.local/ns/istio-system/sa/${account}`;
  await expect(authority.issue({ publicKey, spiffeId, lifeMs: HOUR_MS }, NOW)).rejects.toMatchObject({
    code: "forbidden",
    message: `${spiffeId} is the control plane's own: no workload is given it`,
  });
});

describe("opening a root", () => {
  test("refuses a certificate of another key", async () => {
    const other = await makeRoot("cluster.local", NOW);
    await expect(Authority.open("cluster.local", { ...files, certificate: other.certificate })).rejects.toMatchObject({
      code: "invalid",
      message: "the mesh's root certificate and its key do not match",
      hint: expect.stringContaining("same backup"),
    });
  });

  test("refuses the root of another trust domain", async () => {
    await expect(Authority.open("prod.example", files)).rejects.toMatchObject({
      code: "invalid",
      message: "the mesh's root is for cluster.local, not for prod.example",
    });
  });
});
