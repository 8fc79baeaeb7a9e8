import { inspect } from "node:util";
import { expect, test } from "vitest";
import { formatJoinToken, type JoinToken, parseJoinToken } from "#core/identity/join-token.ts";
import { formatSpiffeId, parseSpiffeId } from "#core/identity/spiffe-id.ts";
import { Secret } from "#core/secret.ts";

const TOKEN: JoinToken = {
  server: "127.0.0.1:15012",
  rootFingerprint: "ab".repeat(32),
  id: "t1",
  trustDomain: "cluster.local",
  namespace: "default",
  serviceAccount: "bookinfo-reviews",
  secret: new Secret("s".repeat(43)),
};

test("a join token comes back from its text as it was", () => {
  const parsed = parseJoinToken(`${formatJoinToken(TOKEN)}\n`);
  expect({ ...parsed, secret: parsed.secret.reveal() }).toEqual({ ...TOKEN, secret: TOKEN.secret.reveal() });
});

test.each([
  ["nothing", ""],
  ["another token", "ghp_abc"],
  ["a token that was cut", formatJoinToken(TOKEN).slice(0, -20)],
  ["a token with damaged claims", formatJoinToken(TOKEN).replace("pharos1.ey", "pharos1.xx")],
  ["a token whose claims are no object", `pharos1.${btoa("null")}.${"s".repeat(43)}`],
  ["a token whose id would be more than a word in a log", formatJoinToken({ ...TOKEN, id: "t1\nall is well" })],
  ["a token whose fingerprint is none", formatJoinToken({ ...TOKEN, rootFingerprint: "ab" })],
  ["a token with another secret behind it", `${formatJoinToken(TOKEN)}.${"s".repeat(43)}`],
])("refuses %s and says what to do", (_, text) => {
  expect(() => parseJoinToken(text)).toThrow(
    expect.objectContaining({ code: "invalid", hint: expect.stringContaining("pharos token create") }),
  );
});

test("a secret is printed nowhere", () => {
  expect([JSON.stringify(TOKEN), String(TOKEN.secret), inspect(TOKEN), `${TOKEN.secret}`].join()).not.toContain("sss");
});

test.each([
  [
    "spiffe://cluster.local/ns/default/sa/bookinfo-reviews",
    { trustDomain: "cluster.local", namespace: "default", serviceAccount: "bookinfo-reviews" },
  ],
  ["spiffe://cluster.local/ns/default/sa/a/extra", undefined],
  ["spiffe://cluster.local/ns/Default/sa/a", undefined],
  ["https://cluster.local/ns/default/sa/a", undefined],
  ["spiffe://cluster.local/ns//sa/a", undefined],
])("%s", (text, expected) => {
  const parsed = parseSpiffeId(text);
  expect(parsed).toEqual(expected);
  if (parsed !== undefined) expect(formatSpiffeId(parsed)).toBe(text);
});
