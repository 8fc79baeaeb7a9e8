import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { PharosError } from "#core/errors.ts";
import type { CredentialMaterial } from "#core/registry/credential-material.ts";
import { type IssuedCertificate, makeTestAuthority, type TestAuthority } from "#grpc/testing/certificates.ts";
import { readCredential } from "#server/credentials/read-credential.ts";

let authority: TestAuthority;
let shop: IssuedCertificate;
let other: IssuedCertificate;
beforeAll(async () => {
  authority = await makeTestAuthority();
  [shop, other] = [
    await authority.issue([
      { type: "dns", value: "shop.example.com" },
      { type: "dns", value: "*.shop.example.com" },
      { type: "ip", value: "10.0.0.1" },
      { type: "url", value: "spiffe://a/b" },
    ]),
    await authority.issue([{ type: "dns", value: "other.example.com" }]),
  ];
});

test("a pair, authorities, and both are taken, and what is known of them is told without the key", () => {
  const { cert: certificate, key } = shop;
  const pair = readCredential({ certificate: certificate + authority.roots, key });
  expect(pair.certificate?.names).toEqual(["shop.example.com", "*.shop.example.com", "10.0.0.1", "spiffe://a/b"]);
  expect(pair.roots).toEqual([]);
  const roots = readCredential({ roots: authority.roots });
  expect([roots.certificate, roots.roots.map(({ subject }) => subject)]).toEqual([undefined, ["CN=test root"]]);
  const both = readCredential({ certificate, key, roots: authority.roots });
  expect(both.roots).toHaveLength(1);
  expect(new Set([pair, roots, both].map(({ digest }) => digest)).size).toBe(3);
  expect(JSON.stringify([pair, roots, both])).not.toContain("KEY");
});

test("of revocation lists it is told whose they are and when they end, and which authorities have none", async () => {
  const revocationList = await authority.revoke(shop.cert);
  expect(readCredential({ roots: authority.roots }).revocation).toBeUndefined();
  const { revocation } = readCredential({ roots: authority.roots, revocationList });
  expect(revocation).toEqual({
    lists: [{ issuer: "CN=test root", thisUpdateMs: expect.any(Number), nextUpdateMs: expect.any(Number) }],
    withoutList: [],
  });
  const [list] = revocation?.lists ?? [];
  expect((list?.nextUpdateMs ?? 0) - (list?.thisUpdateMs ?? 0)).toBe(3_660_000);
  // Which is no authority: whatever is given as one and has no list is told.
  const two = readCredential({ roots: authority.roots + shop.cert, revocationList });
  expect(two.revocation?.withoutList).toHaveLength(1);
});

const keyOf = ({ privateKey }: { readonly privateKey: KeyObject }) =>
  privateKey.export({ type: "pkcs8", format: "pem" }).toString();

test.each<[string, () => CredentialMaterial, string]>([
  ["nothing", () => ({}), "neither a certificate nor authorities are given"],
  ["a certificate alone", () => ({ certificate: shop.cert }), "key: is missing"],
  ["a key alone", () => ({ key: shop.key, roots: authority.roots }), "certificate: is missing"],
  ["another's key", () => ({ certificate: shop.cert, key: other.key }), "key: is not that of the certificate"],
  [
    "an issuer before the certificate",
    () => ({ certificate: authority.roots + shop.cert, key: shop.key }),
    "certificate: the certificate of the key comes as number 2",
  ],
  ["no PEM", () => ({ certificate: "hello", key: shop.key }), "certificate: holds no certificate in PEM"],
  [
    "half a file",
    () => ({ certificate: shop.cert + authority.roots.slice(0, 90), key: shop.key }),
    "certificate: ends within a certificate",
  ],
  [
    "many certificates that do not end, at once",
    () => ({ roots: "-----BEGIN CERTIFICATE-----".repeat(9_700) }),
    "roots: ends within a certificate",
  ],
  [
    "half a revocation list",
    () => ({ roots: authority.roots, revocationList: "-----BEGIN X509 CRL-----\nMAA=\n" }),
    "revocationList: ends within a list",
  ],
  [
    "what is no certificate",
    () => ({ roots: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" }),
    "roots: certificate number 1 cannot be read",
  ],
  ["a key among the authorities", () => ({ roots: authority.roots + shop.key }), "roots: holds a private key"],
  ["what is no key", () => ({ certificate: shop.cert, key: shop.cert }), "key: holds no private key in PEM"],
  [
    "an encrypted key",
    () => ({
      certificate: shop.cert,
      key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    }),
    "key: is encrypted with a passphrase",
  ],
  [
    "a short RSA key",
    () => ({ certificate: shop.cert, key: keyOf(generateKeyPairSync("rsa", { modulusLength: 1024 })) }),
    "key: Envoy serves no key of the kind rsa 1024",
  ],
  [
    "a curve that Envoy has not",
    () => ({ certificate: shop.cert, key: keyOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" })) }),
    "key: Envoy serves no key of the kind ec secp256k1",
  ],
  [
    "a revocation list of nobody",
    () => ({ certificate: shop.cert, key: shop.key, revocationList: "x" }),
    "revocationList: is given without roots",
  ],
  [
    "a revocation list that cannot be read",
    () => ({
      roots: authority.roots,
      revocationList: "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
    }),
    "revocationList: list number 1 cannot be read",
  ],
  [
    "what is no revocation list",
    () => ({ roots: authority.roots, revocationList: authority.roots }),
    "revocationList: holds no revocation list in PEM",
  ],
])("refuses %s, naming the field and the next step, and nothing of the key", (_, material, message) => {
  let error: unknown;
  try {
    readCredential(material());
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(PharosError);
  const { code, hint, ...rest } = error as PharosError;
  expect([code, (error as Error).message.startsWith(message), hint !== undefined]).toEqual(["invalid", true, true]);
  expect(`${String(error)}${JSON.stringify(rest)}`).not.toContain(shop.key.split("\n")[1]);
});
