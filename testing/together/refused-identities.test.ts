import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatJoinToken, parseJoinToken } from "#core/identity/join-token.ts";
import { joinMesh } from "#mesh-agent/identity/join-mesh.ts";
import { IdentityStore } from "#server/ca/store.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { callersOf, type Expected, MeshPort, REVIEWS, type Shown } from "#server/mesh-rpc/testing/mesh-port.ts";

// Who asks the mesh port for a certificate.

const HOUR_MS = 3_600_000;

let mesh: MeshPort;
const { nobody, good, expired, stranger } = callersOf(() => mesh);
beforeAll(async () => {
  mesh = await MeshPort.open();
});
afterAll(() => mesh.stop());

describe("a join token", () => {
  const issue = (actor: string, reason: RegExp) => [{ action: "identity.issue", actor, reason }];

  test("joins once; stolen and used a second time it is refused", async () => {
    const token = await mesh.makeToken();
    const { identity } = await joinMesh(token);
    expect(identity.spiffeId).toBe(REVIEWS);
    await expect(mesh.openStream({ cert: identity.chainPem, key: identity.keyPem }, {})).resolves.toBeUndefined();
    await mesh.refuses(() => joinMesh(token), {
      code: "unauthenticated",
      message: /^join token [\w-]+ was used by 127\.0\.0\.1:\d+ already$/,
      hint: /^make a new one with `pharos token create`/,
      trail: issue(REVIEWS, /^join token [\w-]+ was used by 127\.0\.0\.1:\d+ already$/),
    });
  });

  test("that two use at the same moment joins one of them", async () => {
    const token = await mesh.makeToken();
    const results = await Promise.allSettled([joinMesh(token), joinMesh(token), joinMesh(token)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  test("that expired is refused", async () => {
    const database = await openDatabase(join(mesh.serve.dir, "pharos.db"));
    const { id, secret } = await new IdentityStore(database.db).createToken({
      namespace: "default",
      serviceAccount: "reviews",
      group: null,
      expiresAt: new Date(Date.now() - 1000),
      createdBy: "test",
      createdAt: new Date(Date.now() - HOUR_MS),
    });
    await database.close();
    const token = formatJoinToken({ ...parseJoinToken(await mesh.makeToken()), id, secret });
    await mesh.refuses(() => joinMesh(token), {
      code: "unauthenticated",
      message: /^join token [\w-]+ expired at 20.+Z$/,
      hint: /./,
      trail: issue(REVIEWS, /expired at 20/),
    });
  });

  test("that was revoked is refused", async () => {
    const token = await mesh.makeToken();
    const { id } = parseJoinToken(token);
    await mesh.admin.identity.revokeJoinToken.mutate({ id });
    await mesh.refuses(() => joinMesh(token), {
      code: "unauthenticated",
      message: /is revoked/,
      trail: issue(REVIEWS, /is revoked/),
    });
  });

  test("into which another identity was written is refused, and stays good for its own", async () => {
    const token = await mesh.makeToken();
    const changed = formatJoinToken({ ...parseJoinToken(token), serviceAccount: "admin" });
    await mesh.refuses(() => joinMesh(changed), {
      code: "unauthenticated",
      message: /was changed: it names spiffe:.+\/sa\/admin, but was made for spiffe:.+\/sa\/reviews/,
      trail: issue(REVIEWS, /was changed: it names spiffe:.+\/sa\/admin/),
    });
    expect((await joinMesh(token)).identity.spiffeId).toBe(REVIEWS);
  });

  test("used to ask for another identity is refused, and stays good for its own", async () => {
    const token = await mesh.makeToken();
    const admins = REVIEWS.replace("reviews", "admin");
    await mesh.refuses(() => mesh.askCertificate({}, token, admins), {
      code: "forbidden",
      message: /^the certificate request asks for spiffe:.+\/sa\/admin, but the caller is spiffe:.+\/sa\/reviews$/,
      hint: /./,
      trail: issue(REVIEWS, /asks for spiffe:.+\/sa\/admin, but the caller is spiffe:.+\/sa\/reviews/),
    });
    expect((await joinMesh(token)).identity.spiffeId).toBe(REVIEWS);
  });

  test("with another secret is refused, and what was tried as a secret is written nowhere", async () => {
    const token = await mesh.makeToken();
    const [, , secret = ""] = token.split(".");
    const guess = [...secret].reverse().join("");
    await mesh.refuses(() => joinMesh(token.replace(secret, guess)), {
      code: "unauthenticated",
      message: /is not known here$/,
      hint: /./,
      trail: issue("unknown", /^join token [\w-]+ is not known here$/),
    });
    for (const text of [mesh.serve.log(), JSON.stringify(await mesh.list())]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(guess);
    }
  });

  test.each([
    ["cut short", (token: string) => token.slice(0, -30), /is cut off/],
    ["of another kind", () => "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", /is not one/],
  ])("%s is refused", async (_, change, reason) => {
    const token = await mesh.makeToken();
    await mesh.refuses(() => mesh.askCertificate({}, change(token)), {
      code: "unauthenticated",
      message: reason,
      trail: issue("unknown", reason),
    });
  });
});

describe("a renewal", () => {
  test("with a good certificate gets the next one", async () => {
    expect(await mesh.askCertificate(await good())).toHaveLength(2);
  });

  test("of a good certificate for another identity is refused", async () => {
    const shown = await good();
    await mesh.refuses(() => mesh.askCertificate(shown, undefined, `${REVIEWS}-v2`), {
      code: "forbidden",
      message: /asks for spiffe:.+-v2, but the caller is spiffe:.+reviews/,
      trail: [{ action: "identity.issue", actor: REVIEWS, reason: /asks for spiffe:.+-v2/ }],
    });
  });

  test.each<[string, () => Promise<Shown>, Expected]>([
    [
      "no certificate",
      nobody,
      {
        code: "unauthenticated",
        message: /^the caller showed neither a certificate nor a join token$/,
        hint: /^join with a token/,
        trail: [{ action: "identity.issue", actor: "unknown", reason: /neither a certificate nor a join token/ }],
      },
    ],
    [
      "an expired certificate",
      expired,
      {
        code: "unauthenticated",
        message: /^certificate \w+ of spiffe:.+ ended at 20.+$/,
        hint: /^join again with a new token/,
        trail: [{ action: "identity.issue", actor: REVIEWS, reason: /ended at 20/ }],
      },
    ],
    [
      "a certificate of a foreign authority",
      stranger,
      {
        code: "unauthenticated",
        message: /^certificate \w+ of spiffe:.+ was not issued by this mesh$/,
        hint: /./,
        trail: [{ action: "identity.issue", actor: REVIEWS, reason: /was not issued by this mesh/ }],
      },
    ],
  ])("with %s is refused", async (_, shown, expected) => {
    const identity = await shown();
    await mesh.refuses(() => mesh.askCertificate(identity), expected);
  });
});

test("the root's key is in no file of the data directory", () => {
  for (const name of ["pharos.db", "ca-key.json", "root-cert.pem", "ca-key-secret", "server.json"]) {
    const path = join(mesh.serve.dir, name);
    expect(existsSync(path), name).toBe(true);
    expect(readFileSync(path, "latin1"), name).not.toContain("PRIVATE KEY");
  }
});
