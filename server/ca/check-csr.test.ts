import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { checkCsr } from "#server/ca/check-csr.ts";
import { type CsrOptions, ecKeys, makeCsr } from "#server/ca/testing/make-csr.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
const ADMIN = "spiffe://cluster.local/ns/istio-system/sa/pharos";
const own = { kind: "uri", value: ID } as const;
const rsaKeys = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength });

test.each([
  ["ECDSA P-256", ecKeys()],
  ["RSA of 2048 bits", rsaKeys(2048)],
])("gives the key of a request for exactly the caller's id: %s", async (_, keys) => {
  const key = await checkCsr(makeCsr({ keys, names: [[own]] }), ID);
  expect(Buffer.from(key.rawData)).toEqual(keys.publicKey.export({ type: "spki", format: "der" }));
});

test.each<[string, CsrOptions, string]>([
  ["of another workload", { names: [[{ kind: "uri", value: ADMIN }]] }, ADMIN],
  ["in another trust domain", { names: [[{ kind: "uri", value: ID.replace("cluster", "other") }]] }, "other.local"],
  ["that only begins with the caller's", { names: [[{ kind: "uri", value: `${ID}-v2` }]] }, `${ID}-v2`],
  ["that a NUL cuts short", { names: [[{ kind: "uri", value: `${ID}\0/x` }]] }, ID],
  ["and its own beside it", { names: [[own, { kind: "uri", value: ADMIN }]] }, `${ID}, ${ADMIN}`],
  ["twice the same", { names: [[own, own]] }, `${ID}, ${ID}`],
  ["in a second extension", { names: [[own], [{ kind: "uri", value: ADMIN }]] }, `${ID}, ${ADMIN}`],
  ["in a second attribute", { names: [[own], [{ kind: "uri", value: ADMIN }]], isApart: true }, `${ID}, ${ADMIN}`],
  ["that is a DNS name", { names: [[{ kind: "dns", value: "istiod.istio-system.svc" }]] }, "dns istiod"],
  ["that is a DNS name beside its own", { names: [[own, { kind: "dns", value: "istiod" }]] }, "dns istiod"],
  ["that is the id as a DNS name", { names: [[{ kind: "dns", value: ID }]] }, `dns ${ID}`],
  ["that is an address", { names: [[own, { kind: "ip", bytes: [127, 0, 0, 1] }]] }, "ip 127.0.0.1"],
  ["that is a mail address", { names: [[own, { kind: "email", value: "root@cluster.local" }]] }, "email root@"],
  ["at all: there is none", { names: [] }, "asks for no name"],
  ["but one in the subject", { names: [], subject: ID }, "asks for no name"],
])("refuses a request for a name %s, and says which", async (_, options, named) => {
  await expect(checkCsr(makeCsr(options), ID)).rejects.toMatchObject({
    code: "forbidden",
    message: expect.stringMatching(/^the certificate request asks for .+, but the caller is spiffe:.+reviews$/s),
    hint: "ask for exactly the caller's own id",
  });
  await expect(checkCsr(makeCsr(options), ID)).rejects.toThrow(named);
});

test("refuses a request for an authority", async () => {
  await expect(checkCsr(makeCsr({ names: [[own]], isAuthority: true }), ID)).rejects.toMatchObject({
    code: "forbidden",
    message: "the certificate request asks for an authority",
  });
});

test.each([
  ["RSA of 1024 bits", rsaKeys(1024), "has an RSA key of 1024 bits"],
  ["P-192", ecKeys("prime192v1"), "has an ECDSA key on prime192v1"],
  ["P-384, which no proxy of ours makes", ecKeys("P-384"), "has an ECDSA key on secp384r1"],
  ["the curve of coins", ecKeys("secp256k1"), "has an ECDSA key on secp256k1"],
  ["Ed25519, which TLS stacks do not all take", generateKeyPairSync("ed25519"), "has a key of the kind ed25519"],
])("refuses a key that is weak or of a kind unknown, and says which will do: %s", async (_, keys, why) => {
  await expect(checkCsr(makeCsr({ keys, names: [[own]] }), ID)).rejects.toMatchObject({
    code: "invalid",
    message: `the certificate request ${why}`,
    hint: "use ECDSA P-256, or RSA of 2048 bits or more",
  });
});

describe("a signature", () => {
  const unsigned = { code: "invalid", message: "the certificate request is not signed by its own key" };
  const pem = makeCsr({ names: [[own]] });
  const bytes = Buffer.from(pem.replace(/-----.+-----|\n/g, ""), "base64");
  const toPem = (der: Buffer) =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;

  test.each([
    ["of another key", makeCsr({ names: [[own]], signedBy: ecKeys() })],
    ["of a key of another kind", makeCsr({ names: [[own]], signedBy: rsaKeys(2048) })],
    ["with one bit turned", toPem(Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1) ?? 0) ^ 1)]))],
    [
      "under names that were changed",
      toPem(Buffer.from(bytes.toString("latin1").replace("reviews", "ratings"), "latin1")),
    ],
  ])("%s is refused", async (_, text) => {
    await expect(checkCsr(text, ID)).rejects.toMatchObject(unsigned);
  });
});

test.each([
  ["nothing", "", "cannot be read"],
  ["text", "please", "cannot be read"],
  [
    "noise in PEM",
    `-----BEGIN CERTIFICATE REQUEST-----\n${"q83v".repeat(60)}\n-----END CERTIFICATE REQUEST-----`,
    "cannot be read",
  ],
  ["half a request", makeCsr({ names: [[own]] }).replace(/(\n.+){3}\n-----END/, "\n-----END"), "cannot be read"],
  [
    "something signed that is no request",
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
    "cannot be read",
  ],
  ["a thousand names", makeCsr({ names: [Array.from({ length: 1000 }, () => own)] }), "characters, more than 16384"],
  ["sixteen megabytes", "A".repeat(16 << 20), "has 16777216 characters, more than 16384"],
])("refuses %s, and says what is wrong", async (_, text, why) => {
  await expect(checkCsr(text, ID)).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining(why),
    hint: expect.any(String),
  });
});

test.each([
  ["one byte", [0]],
  ["a value of its own", [5, 0]],
  ["text", [...Buffer.from("abcd")]],
])("refuses a request that %s follows", async (_name, extra) => {
  const pem = makeCsr({ names: [[{ kind: "uri", value: "spiffe://cluster.local/ns/default/sa/reviews" }]] });
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
  const longer = Buffer.concat([der, Buffer.from(extra)]).toString("base64");
  await expect(
    checkCsr(
      `-----BEGIN CERTIFICATE REQUEST-----\n${longer}\n-----END CERTIFICATE REQUEST-----\n`,
      "spiffe://cluster.local/ns/default/sa/reviews",
    ),
  ).rejects.toMatchObject({ code: "invalid" });
});
