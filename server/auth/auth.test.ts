import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Audit, createAudit } from "#server/audit/audit.ts";
import { type Auth, createAuth } from "#server/auth/auth.ts";
import { type OpenDatabase, openDatabase } from "#server/db/open-database.ts";
import { silentLogger } from "#testing/loggers.ts";

let dir: string;
let database: OpenDatabase;
let audit: Audit;
let auth: Auth;
let server: Server;
let url: string;

async function start(demoSignIn = false): Promise<void> {
  server = createServer((request, response) => {
    if (request.url?.startsWith("/api/auth")) void auth.handleHttp(request, response);
    else void auth.authenticate(request).then((principal) => response.end(JSON.stringify(principal)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  auth = await createAuth({
    db: database.db,
    dir,
    baseUrl: url,
    isLoopback: true,
    demoSignIn,
    audit,
    log: silentLogger,
  });
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "pharos-auth-"));
  database = await openDatabase(join(dir, "pharos.db"));
  audit = createAudit(database.db, silentLogger);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await audit.close();
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url, ...headers },
    body: JSON.stringify(body),
  });
const whoAmI = async (headers: Record<string, string> = {}): Promise<unknown> =>
  (await fetch(`${url}/who`, { headers })).json();
const PASSWORD = "correct horse battery";

async function setUp(): Promise<string> {
  const link = await auth.setupLink(url);
  const token = new URL(link ?? "").searchParams.get("token") ?? "";
  expect((await post("/api/auth/setup", { token, username: "keeper", password: PASSWORD })).status).toBe(200);
  return token;
}

test("the first account comes from the setup link, which works once", async () => {
  await start();
  expect(await auth.needsSetup()).toBe(true);
  const token = await setUp();
  expect(await auth.needsSetup()).toBe(false);
  expect(await auth.setupLink(url)).toBeNull();
  expect((await post("/api/auth/setup", { token, username: "second", password: PASSWORD })).status).toBe(409);
});

test("a wrong setup token makes no account", async () => {
  await start();
  await auth.setupLink(url);
  expect((await post("/api/auth/setup", { token: "guess", username: "thief", password: PASSWORD })).status).toBe(403);
  expect(await auth.needsSetup()).toBe(true);
});

test("a weak password is refused by name, and the link stays good", async () => {
  await start();
  const token = new URL((await auth.setupLink(url)) ?? "").searchParams.get("token") ?? "";
  const answer = await post("/api/auth/setup", { token, username: "keeper", password: "short" });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("password needs at least 12 characters");
  expect((await post("/api/auth/setup", { token, username: "keeper", password: PASSWORD })).status).toBe(200);
});

test("signing in gives a session in a cookie no script can read", async () => {
  await start();
  await setUp();
  const answer = await post("/api/auth/sign-in/username", { username: "keeper", password: PASSWORD });
  expect(answer.status).toBe(200);
  const cookies = answer.headers.getSetCookie();
  expect(cookies.every((cookie) => /HttpOnly/i.test(cookie) && /SameSite=Lax/i.test(cookie))).toBe(true);
  const cookie = cookies.map((each) => each.split(";")[0]).join("; ");
  expect(await whoAmI({ cookie })).toEqual({ name: "keeper", role: "admin", kind: "user" });
  expect(await whoAmI()).toBeNull();
});

test("wrong passwords are refused, audited, and after a while not even tried", async () => {
  await start();
  await setUp();
  const codes: number[] = [];
  for (let i = 0; i < 14; i++)
    codes.push(
      (await post("/api/auth/sign-in/username", { username: "keeper", password: `wrong password ${i}` })).status,
    );
  expect(codes[0]).toBe(401);
  expect(codes.at(-1)).toBe(429);
  const lines = await audit.list({ limit: 50, action: "auth.signIn" });
  expect(lines.filter(({ outcome }) => outcome === "refused").length).toBeGreaterThan(10);
});

function signInFrom(localAddress: string, password: string): Promise<number> {
  return new Promise<number>((done, fail) => {
    const sent = httpRequest(
      `${url}/api/auth/sign-in/username`,
      { method: "POST", localAddress, headers: { "content-type": "application/json", origin: url } },
      (response) => response.resume().once("end", () => done(response.statusCode ?? 0)),
    );
    sent.once("error", fail).end(JSON.stringify({ username: "keeper", password }));
  });
}

test("one account is not guessed at from many addresses without end, and its person still comes in from their own", async () => {
  await start();
  await setUp();
  expect(await signInFrom("127.0.0.200", PASSWORD)).toBe(200);
  await audit.list({ limit: 1 });
  const codes: number[] = [];
  for (let i = 0; i < 33; i++) codes.push(await signInFrom(`127.0.1.${Math.floor(i / 3) + 1}`, `wrong password ${i}`));
  expect(codes.slice(0, 30)).toEqual(Array(30).fill(401));
  expect(codes.slice(30)).toEqual([429, 429, 429]);
  expect(await signInFrom("127.0.2.1", PASSWORD), "from where nobody signed in before").toBe(429);
  expect(await signInFrom("127.0.0.200", PASSWORD)).toBe(200);
});

test("guesses at the same moment are no more than one after another", async () => {
  await start();
  await setUp();
  await audit.list({ limit: 1 });
  const codes = await Promise.all(
    Array.from({ length: 45 }, (_, index) =>
      signInFrom(`127.0.3.${Math.floor(index / 3) + 1}`, `wrong password ${index}`),
    ),
  );
  expect(codes.filter((code) => code === 401).length).toBe(30);
  expect(codes.filter((code) => code === 429).length).toBe(15);
});

test("nobody can sign up", async () => {
  await start();
  expect(
    (await post("/api/auth/sign-up/email", { name: "x", email: "x@example.com", password: PASSWORD })).status,
  ).toBeGreaterThanOrEqual(400);
  expect(await auth.needsSetup()).toBe(true);
});

test("a page of another site changes nothing", async () => {
  await start();
  await setUp();
  expect(
    (
      await post(
        "/api/auth/sign-in/username",
        { username: "keeper", password: PASSWORD },
        { origin: "http://evil.example" },
      )
    ).status,
  ).toBe(403);
  const socket = { remoteAddress: "127.0.0.1" } as Socket;
  const headers = { host: "127.0.0.1:1", "sec-fetch-site": "cross-site" };
  expect(() => auth.checkOrigin({ method: "POST", url: "/api/trpc/config.undo", headers, socket })).toThrow(
    "may not use this API",
  );
});

test("an API token works until it is revoked or ends", async () => {
  await start();
  const { id, token } = await auth.createApiToken({ name: "ci", role: "operator", createdBy: "keeper" });
  expect(await whoAmI({ authorization: `Bearer ${token}` })).toEqual({ name: "ci", role: "operator", kind: "token" });
  await auth.revokeApiToken(id);
  expect(await whoAmI({ authorization: `Bearer ${token}` })).toBeNull();
  const old = await auth.createApiToken({ name: "old", role: "viewer", ttlSeconds: -1, createdBy: "keeper" });
  expect(await whoAmI({ authorization: `Bearer ${old.token}` })).toBeNull();
});

test("the person who runs the server finds a token only they can read", async () => {
  await start();
  await auth.ensureAdminToken();
  const file = join(dir, "admin-token");
  const token = readFileSync(file, "utf8").trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await whoAmI({ authorization: `Bearer ${token}` })).toMatchObject({ role: "admin" });
  await auth.ensureAdminToken();
  expect(readFileSync(file, "utf8").trim()).toBe(token);
});

test("the demo signs in by itself, but never for a foreign name that leads here", async () => {
  await start(true);
  expect(await whoAmI()).toEqual({ name: "demo", role: "admin", kind: "user" });
  expect(await auth.authenticate({ headers: { host: "evil.example" } })).toBeNull();
  expect(await whoAmI({ authorization: "Bearer pharos_wrong" })).toBeNull();
});
