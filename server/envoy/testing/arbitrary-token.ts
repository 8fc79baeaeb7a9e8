import * as fc from "fast-check";
import { type Json, list, record, some } from "#server/envoy/testing/arbitrary-basics.ts";
import { makeSigners, type Signer, signToken } from "#testing/sign-token.ts";

const ISSUERS: readonly string[] = ["https://a.test", "https://b.test", "https://b.test/x"];
const SIGNERS = makeSigners();
const { ec, rsa, ed, secret } = SIGNERS;
/** Of each issuer, in the order of `ISSUERS`. */
const SETS: readonly (readonly Signer[])[] = [[ec, rsa], [ed, secret], [rsa]];
const NOW_SECONDS = Math.floor(Date.now() / 1000);
const FAR = 1_000_000;

const setOf = (issuer: number): string => JSON.stringify({ keys: (SETS[issuer] ?? []).map(({ jwk }) => jwk) });

const jwtRule = fc
  .tuple(
    fc.constantFrom(0, 0, 1, 1, 2),
    fc.constantFrom("own", "own", "own", "own", "none", "other"),
    record({
      audiences: some(list(fc.constantFrom("shop", "https://shop.test/", "http://bank"), 2, 1)),
      fromHeaders: some(
        list(
          record({
            name: fc.constantFrom("x-token", "authorization"),
            prefix: some(fc.constantFrom("Token ", "Bearer ", "T")),
          }),
          2,
          1,
        ),
      ),
      fromParams: some(list(fc.constantFrom("token", "access_token"), 2, 1)),
      fromCookies: some(list(fc.constantFrom("session", "j"), 1, 1)),
      outputPayloadToHeader: some(fc.constantFrom("x-payload", "x-user")),
      outputClaimToHeaders: some(
        list(
          record({
            header: fc.constantFrom("x-user", "x-claim", "X-Other"),
            claim: fc.constantFrom("sub", "scope", "realm.role", "realm", "n", "roles", "yes", "missing"),
          }),
          2,
          1,
        ),
      ),
      forwardOriginalToken: some(fc.boolean(), 2),
      spaceDelimitedClaims: some(fc.constant(["groups"])),
    }),
  )
  .map(
    ([issuer, keys, rest]): Json => ({
      issuer: ISSUERS[issuer],
      ...(keys === "none"
        ? { jwksUri: "https://nobody.test/keys" }
        : { jwks: setOf(keys === "own" ? issuer : (issuer + 1) % 3) }),
      ...rest,
    }),
  );

/** RequestAuthentications' specs; few issuers, so that requests bear what some of them know. */
export const tokenRules: fc.Arbitrary<Json[]> = list(jwtRule, 3, 1);

const payload = fc
  .tuple(
    fc.constantFrom(0, 0, 1, 1, 2, 3),
    record({
      sub: some(fc.constantFrom<unknown>("ann", "bob", "a/b", 7), 4),
      aud: some(fc.constantFrom<unknown>("shop", ["bank", "shop.test"], "https://bank/", [], [1], "")),
      exp: fc.constantFrom<unknown>(
        NOW_SECONDS + FAR,
        NOW_SECONDS + FAR,
        NOW_SECONDS + FAR,
        NOW_SECONDS - FAR,
        0,
        NOW_SECONDS - 20,
        "soon",
        -1,
        1e30,
        NOW_SECONDS + 0.5 + FAR,
      ),
      nbf: some(fc.constantFrom<unknown>(NOW_SECONDS - FAR, NOW_SECONDS + FAR, NOW_SECONDS + 20)),
      iat: some(fc.constantFrom<unknown>(NOW_SECONDS, "x"), 1),
      azp: some(fc.constantFrom("robot", "web")),
      scope: some(fc.constantFrom<unknown>("read write", "read", "  ", "", ["read"], 1)),
      groups: some(fc.constantFrom<unknown>("staff guests", ["staff"])),
      roles: some(fc.constantFrom<unknown>(["admin", "x"], "admin", [], [["admin"]])),
      realm: some(fc.constantFrom<unknown>({ role: "admin", roles: ["x", "admin"] }, "none", { role: { deep: 1 } })),
      n: some(fc.constantFrom<unknown>(7, 1.5, -3, 0)),
      yes: some(fc.constantFrom<unknown>(true, false, null)),
    }),
  )
  .map(
    ([issuer, rest]): Json => ({
      iss: ISSUERS[issuer] ?? "https://nobody.test",
      ...rest,
    }),
  );

const ALL = Object.values(SIGNERS);
const signed = fc
  .tuple(payload, fc.nat(20), fc.constantFrom("", "", "", "", "kid", "wrong kid", "alg", "none"), fc.nat(3))
  .map(([claims, other, header, pick]) => {
    const issuer = ISSUERS.indexOf(String(claims.iss));
    const own = SETS[issuer] ?? [ec];
    const signer = (other === 0 ? ALL[pick] : own[pick % own.length]) ?? ec;
    const said = {
      "": {},
      kid: { kid: signer.jwk.kid ?? "any" },
      "wrong kid": { kid: "nobody" },
      alg: { alg: ["RS256", "ES384", "HS256", "PS256"][pick] },
      none: { alg: "none" },
    }[header];
    return signToken(claims, signer, said);
  });

/** Tokens, most of them whole; the rest is cut, changed or none at all. */
const token = fc.oneof(
  { weight: 12, arbitrary: signed },
  {
    weight: 2,
    arbitrary: fc.tuple(signed, fc.nat(5)).map(([text, how]) => {
      const [head = "", body = "", tail = ""] = text.split(".");
      return [
        `${head}.${body}`,
        `${head}.${body}.${tail.slice(0, -4)}AAAA`,
        `${head}..${body}.${tail}`,
        `${head}.${body}x.${tail}`,
        `!${text}`,
        `${text}.x`,
      ][how] as string;
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom("x", "", "a.b.c", "..", "e30.e30.e30") },
);

const REST = ["", "&q=1", "&a=%2F&q=%31", "&access_token"] as const;

/** A request as it is, or with a token or two at one place or at several. */
export const tokenHolder: fc.Arbitrary<{
  readonly headers: Record<string, string | string[]>;
  readonly query: string;
}> = fc
  .tuple(
    fc.constantFrom("bearer", "bearer", "bearer", "header", "param", "param", "cookie", "both", "lines", "odd"),
    token,
    token,
    fc.constantFrom(...REST),
  )
  .map(([place, one, two, rest]) => {
    const param = `access_token=${one}${rest}`;
    switch (place) {
      case "bearer":
        return { headers: { authorization: `Bearer ${one}` }, query: "" };
      case "header":
        return { headers: { "x-token": `Token ${one}` }, query: "" };
      case "param":
        return { headers: {}, query: rest === "" ? `token=${one}` : param };
      case "cookie":
        return { headers: { cookie: `j=1; session=${one}; session="${two}"` }, query: "" };
      case "both":
        return { headers: { authorization: `Bearer ${two}`, "x-token": one }, query: param };
      case "lines":
        return { headers: { "x-token": [`Token ${one}`, `Token ${two}`] }, query: "" };
      default:
        return { headers: { authorization: `bearer Bearer  ${one} x`, "x-token": `T${two}` }, query: "" };
    }
  });
