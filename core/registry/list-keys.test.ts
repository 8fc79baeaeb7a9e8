import { expect, test } from "vitest";
import { listKeys } from "#core/registry/list-keys.ts";

test.each([
  [
    "a set",
    '{"keys":[{"kid":"a","kty":"RSA","n":"x","e":"AQAB","alg":"RS256"},{"kty":"EC","crv":"P-256","x":"","y":""}]}',
    [
      { id: "a", type: "RSA", algorithm: "RS256" },
      { id: "", type: "EC P-256", algorithm: "" },
    ],
  ],
  ["one key", '{"kid":"b","kty":"OKP","crv":"Ed25519","x":""}', [{ id: "b", type: "OKP Ed25519", algorithm: "" }]],
  [
    "certificates by their ids",
    '{"c":"-----BEGIN CERTIFICATE-----"}',
    [{ id: "c", type: "certificate", algorithm: "" }],
  ],
  ["what is none", "[1", []],
  ["what no key is among others", '{"keys":[1,{"kid":7,"kty":"RSA"}]}', [{ id: "", type: "RSA", algorithm: "" }]],
] as const)("the keys of %s are told by their facts alone", (_, text, keys) => {
  expect(listKeys(text)).toEqual(keys);
});
