import { describe, expect, test } from "vitest";
import { describeEffect } from "#core/kinds/describe-effect.ts";
import { keyLocationOf } from "#core/kinds/request-authentication/key-location.ts";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { problems, resource } from "#core/resource/testing/problems.ts";

const EC = '{"kty":"EC","crv":"P-256","x":"AAA","y":"AAA"}';
const rule = (text: string) => resource("RequestAuthentication", `{ jwtRules: [{ ${text} }] }`);
const keys = (text: string) => rule(`issuer: a, jwks: '${text}'`);
/** Without the word that stands there. */
const found = (text: string) => problems(text).map((line) => line.replace(/ @.*/, ""));
const AT = "spec.jwtRules[0]";

describe("what Istio refuses of a rule is refused, and what it takes is taken", () => {
  test.each<[string, string, string[]]>([
    ["neither an issuer nor a place of keys", rule("audiences: [a]"), [`error missing-field ${AT}`]],
    ["keys of any issuer", rule("jwksUri: https://a/keys"), []],
    ["an issuer that is asked for its keys", rule("issuer: https://a"), []],
    ["an issuer that cannot be asked", rule("issuer: a@example.com"), [`warning needs-field ${AT}`]],
    ["an empty issuer", rule('issuer: "", jwksUri: https://a'), [`error bad-value ${AT}.issuer`]],
    ["both kinds of keys", rule(`issuer: a, jwksUri: https://a, jwks: '{"keys":[${EC}]}'`), [`error one-of ${AT}`]],
    ["both, one of them empty", rule("issuer: a, jwksUri: https://a, jwks: ''"), [`error one-of ${AT}`]],
    ["empty keys, which are asked for", rule("issuer: https://a, jwks: ''"), []],
    ["a URL of a file", rule("issuer: a, jwksUri: file:///etc/passwd"), [`error bad-value ${AT}.jwksUri`]],
    ["no URL", rule("issuer: a, jwksUri: a/keys"), [`error bad-value ${AT}.jwksUri`]],
    ["an empty audience", rule('issuer: https://a, audiences: [""]'), [`error bad-value ${AT}.audiences[0]`]],
    [
      "a header without a name",
      rule("issuer: https://a, fromHeaders: [{ prefix: a }]"),
      [`error missing-field ${AT}.fromHeaders[0].name`],
    ],
    [
      "a claim for a header that HTTP does not know",
      rule('issuer: https://a, outputClaimToHeaders: [{ header: "x a", claim: b }]'),
      [`error bad-value ${AT}.outputClaimToHeaders[0].header`],
    ],
    ["no time to wait", rule("issuer: https://a, timeout: 0s"), [`error bad-value ${AT}.timeout`]],
    ["keys that are no JSON", keys("x"), [`error bad-value ${AT}.jwks`]],
    ["keys that are a list", keys("[]"), [`error bad-value ${AT}.jwks`]],
    ["a key of no type", keys('{"keys":[{}]}'), [`error bad-value ${AT}.jwks`]],
    ["a key of a type that nobody knows", keys('{"keys":[{"kty":"constructor"}]}'), [`error bad-value ${AT}.jwks`]],
    ["a key without its number", keys('{"keys":[{"kty":"RSA","e":"AQAB"}]}'), [`error bad-value ${AT}.jwks`]],
    ["one key", keys(EC), []],
    ["a set of one", keys(`{"keys":[${EC}]}`), []],
    ["a set of none", keys('{"keys":[]}'), [`warning empty ${AT}.jwks`]],
    ["a private key", keys(`{"keys":[${EC.replace("}", ',"d":"AAA"}')}]}`), [`warning private-key ${AT}.jwks`]],
    ["a secret", keys('{"keys":[{"kty":"oct","k":"AAA"}]}'), [`warning private-key ${AT}.jwks`]],
    ["what is not done", rule("issuer: https://a, presence: REQUIRED"), [`error field-not-handled ${AT}.presence`]],
  ])("%s", (_, text, expected) => expect(found(text)).toEqual(expected));
});

test.each([
  [{ issuer: "a", jwks: "{}" }, undefined],
  [{ issuer: "a", jwksUri: "https://b/keys" }, "https://b/keys"],
  [{ issuer: "a", jwks_uri: "https://c/keys" }, "https://c/keys"],
  [{ issuer: "https://a" }, "https://a/.well-known/openid-configuration"],
  [{ issuer: "https://a/realm/" }, "https://a/realm/.well-known/openid-configuration"],
])("keys of %o are at %s", (given, expected) => expect(keyLocationOf(given)).toBe(expected));

test("its effect names whose tokens are checked, and where", () => {
  const [made] = parseDocuments(rule("issuer: https://a, jwksUri: https://a/keys")).resources;
  if (made === undefined) throw new Error("not read");
  expect(describeEffect(made, "istio-system")).toBe(
    "Tokens of https://a are checked on every workload in default; requests without one pass",
  );
});
