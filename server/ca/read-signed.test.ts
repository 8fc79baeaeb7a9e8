import { X509Certificate } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { Authority, makeRoot } from "#server/ca/authority.ts";
import { verifyCertificate } from "#server/ca/certificate-service.ts";
import { readSigned } from "#server/ca/read-signed.ts";
import * as x509 from "#server/ca/x509.ts";

const ID = "spiffe://cluster.local/ns/default/sa/reviews";
const NOW = Date.parse("2026-05-04T10:20:30Z");
const HOUR_MS = 3_600_000;

let authority: Authority;
let foreign: Authority;
let der: Uint8Array;

beforeAll(async () => {
  const open = async () => Authority.open("cluster.local", await makeRoot("cluster.local", NOW - HOUR_MS));
  [authority, foreign] = [await open(), await open()];
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { publicKey } = (await x509.cryptoProvider
    .get()
    .subtle.generateKey(algorithm, true, ["sign"])) as CryptoKeyPair;
  const { chain } = await authority.issue({ publicKey, spiffeId: ID, lifeMs: HOUR_MS }, NOW);
  const [leaf = ""] = chain;
  der = new X509Certificate(leaf).raw;
});

test("a certificate that was read before is refused by another authority all the same", () => {
  const first = readSigned(authority, der);
  expect(first?.to.getTime()).toBe(NOW + HOUR_MS);
  expect(readSigned(authority, der)).toBe(first);
  expect(readSigned(foreign, der)).toBeUndefined();
});

test("bytes that differ from those that were read are read themselves", () => {
  readSigned(authority, der);
  const forged = Uint8Array.from(der);
  // The last byte is the signature's.
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  expect(readSigned(authority, forged)).toBeUndefined();
});

test("a certificate that was good before is refused once it has ended", () => {
  const shown = { isTrusted: true, problem: null, uris: [ID], serial: "1", notAfterMs: NOW + HOUR_MS, der };
  expect(verifyCertificate(authority, shown, NOW)).toBe(ID);
  expect(() => verifyCertificate(authority, shown, NOW + HOUR_MS)).toThrow(/ended at/);
});
