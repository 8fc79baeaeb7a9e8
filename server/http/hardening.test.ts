import { readdirSync, statSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

let serve: Serve;
let admin: ApiClient;

beforeAll(async () => {
  serve = await startServe();
  admin = connect({ dir: serve.dir });
});
afterAll(() => serve.stop());

const refusals = async (action: string): Promise<readonly string[]> =>
  (await admin.access.audit.query({ limit: 500, action })).map(({ outcome, reason }) => `${outcome}: ${reason}`);

/** As a browser asks that was told this machine is `host`. */
function get(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((done, fail) => {
    httpRequest(serve.url + path, { headers }, (answer) => {
      answer.resume().once("end", () => done(answer.statusCode ?? 0));
    })
      .once("error", fail)
      .end();
  });
}

test.each(["/api/trpc/session.me", "/api/auth/setup", "/healthz", "/metrics", "/nowhere"])(
  "%s says that nothing in it is run, framed or guessed at",
  async (path) => {
    const { headers } = await fetch(serve.url + path);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
  },
);

test("a name of somebody else's that leads here gets nothing, and leaves a line", async () => {
  const host = "evil.example:20001";
  for (const path of ["/metrics", "/api/trpc/session.me", "/healthz"]) expect(await get(path, { host })).toBe(421);
  expect(await refusals("/metrics")).toEqual([
    "refused: the request is for evil.example:20001, which is not this server",
  ]);
});

test.each([
  ["of another site", { origin: "http://evil.example" }],
  ["of another site, without its name", { "sec-fetch-site": "cross-site" }],
  ["of another port of this machine", { "sec-fetch-site": "same-site" }],
])("a page %s cannot even read by the API, and leaves a line", async (_, headers) => {
  const before = (await refusals("/api/trpc/config.history")).length;
  expect(await get("/api/trpc/config.history", headers)).toBe(403);
  expect((await refusals("/api/trpc/config.history")).length).toBe(before + 1);
});

test("every database and key in the data directory is its user's alone", () => {
  const open = readdirSync(serve.dir, { recursive: true, encoding: "utf8" }).filter(
    (name) => (statSync(join(serve.dir, name)).mode & 0o077) !== 0,
  );
  expect(open).toEqual([]);
});

test("it is ready when its parts are", async () => {
  const answer = await fetch(`${serve.url}/readyz`);
  expect([answer.status, await answer.text()]).toEqual([200, "ready\n"]);
});

test("wrong input is told by the field's name", async () => {
  const input = { namespace: "a.b", serviceAccount: "", ttlSeconds: 1, server: "nowhere" };
  await expect(admin.identity.createJoinToken.mutate(input)).rejects.toThrow(
    /^namespace is lower-case .*; serviceAccount is .*; ttlSeconds: Too small.*; server is HOST:PORT$/,
  );
});

test("what breaks inside is for the log, and the caller hears only that it did", async () => {
  const database = new DatabaseSync(join(serve.dir, "pharos.db"));
  database.exec('PRAGMA busy_timeout = 5000; ALTER TABLE "JoinToken" RENAME TO elsewhere');
  try {
    await expect(admin.identity.joinTokens.query()).rejects.toMatchObject({
      message: "the server failed at this",
      data: { code: "INTERNAL_SERVER_ERROR", hint: "the server's log says why" },
    });
    await expect.poll(() => serve.log()).toContain("JoinToken");
  } finally {
    database.exec('ALTER TABLE elsewhere RENAME TO "JoinToken"');
    database.close();
  }
});
