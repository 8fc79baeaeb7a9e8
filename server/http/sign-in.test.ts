import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { PASSWORD, postJson, signIn } from "#server/auth/testing/callers.ts";
import { auditLines } from "#server/http/testing/audit-lines.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const KEEPER = { username: "Keeper", password: PASSWORD };
const FOREIGN = { origin: "http://evil.example" };

let serve: Serve;
/** With the token that the server leaves for whoever runs it. */
let admin: ApiClient;

beforeAll(async () => {
  serve = await startServe();
  admin = connect({ dir: serve.dir });
});
afterAll(() => serve.stop());

const linesOf = (action: string, attempt: () => Promise<unknown>) => auditLines(admin, action, attempt);

/** POSTs from another address of this machine: each has its own allowance of tries. Resolves to the HTTP status. */
function postFrom(localAddress: string, path: string, body: object, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<number>((done, fail) => {
    const all = { "content-type": "application/json", origin: serve.url, ...headers };
    const sent = httpRequest(serve.url + path, { method: "POST", localAddress, headers: all }, (response) => {
      response.resume().once("end", () => done(response.statusCode ?? 0));
    });
    sent.once("error", fail).end(JSON.stringify(body));
  });
}

describe("the first account", () => {
  const setUp = async (input: object, headers = {}): Promise<number> =>
    (await postJson(`${serve.url}/api/auth/setup`, { ...KEEPER, ...input }, headers)).status;
  let token: string;

  beforeAll(async () => {
    token = await vi.waitFor(() => /setup\?token=([\w-]+)/.exec(serve.log())?.[1] ?? expect.unreachable(), 30_000);
  });

  test("a link that was made up is refused, and noted", async () => {
    const lines = await linesOf("auth.setup", async () => expect(await setUp({ token: "guess" })).toBe(403));
    expect(lines).toEqual(["anonymous [] refused 127.0.0.1"]);
  });

  test("a page of another site cannot use the link", async () => {
    const lines = await linesOf("/api/auth/setup", async () => expect(await setUp({ token }, FOREIGN)).toBe(403));
    expect(lines).toEqual(["anonymous [] refused 127.0.0.1"]);
    expect((await admin.session.me.query()).needsSetup).toBe(true);
  });

  test("of two who use the link at the same moment one gets the account, and a third comes too late", async () => {
    const lines = await linesOf("auth.setup", async () => {
      const statuses = await Promise.all([setUp({ token }), setUp({ token })]);
      expect(statuses.toSorted()[0]).toBe(200);
      expect(statuses.toSorted()[1]).toBeGreaterThanOrEqual(403);
      expect(await setUp({ token, username: "third" })).toBe(409);
    });
    expect(lines.toSorted()).toEqual([
      "Keeper [Keeper] allowed 127.0.0.1",
      "anonymous [] refused 127.0.0.1",
      "anonymous [] refused 127.0.0.1",
    ]);
    expect((await admin.session.me.query()).needsSetup).toBe(false);
  });
});

describe("signing in", () => {
  const path = "/api/auth/sign-in/username";

  test("gives cookies that no script reads and no other site sends", async () => {
    const answer = await postJson(serve.url + path, KEEPER);
    expect(answer.status).toBe(200);
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; HttpOnly/i);
      expect(cookie).toMatch(/; SameSite=Lax/i);
    }
  });

  test("and out is noted with the account, and the cookie is worth nothing afterwards", async () => {
    let cookie = "";
    const ins = await linesOf("auth.signIn", async () => {
      cookie = await signIn(serve.url, "keeper");
    });
    expect(ins).toEqual(["Keeper [Keeper] allowed 127.0.0.1"]);
    const outs = await linesOf("auth.signOut", () => postJson(`${serve.url}/api/auth/sign-out`, {}, { cookie }));
    expect(outs).toEqual(["Keeper [Keeper] allowed 127.0.0.1"]);
    expect((await fetch(`${serve.url}/api/trpc/overview.get`, { headers: { cookie } })).status).toBe(401);
  });

  test("with a wrong password is refused, and noted with the account", async () => {
    const lines = await linesOf("auth.signIn", async () =>
      expect((await postJson(serve.url + path, { ...KEEPER, password: "wrong horse battery" })).status).toBe(401),
    );
    expect(lines).toEqual(["anonymous [Keeper] refused 127.0.0.1"]);
  });

  test("as somebody who does not exist is refused alike, and what was typed is not kept", async () => {
    const typed = "my password by mistake";
    const lines = await linesOf("auth.signIn", async () =>
      expect((await postJson(serve.url + path, { username: "nobody.here", password: typed })).status).toBe(401),
    );
    expect(lines).toEqual(["anonymous [] refused 127.0.0.1"]);
  });

  test("from a page of another site is refused, and noted", async () => {
    const lines = await linesOf(path, async () =>
      expect((await postJson(serve.url + path, KEEPER, FOREIGN)).status).toBe(403),
    );
    expect(lines).toEqual(["anonymous [] refused 127.0.0.1"]);
  });

  test("works through a tunnel from another port of this machine", async () => {
    const host = "localhost:9000";
    const browser = { host, origin: `http://${host}`, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };
    expect(await postFrom("127.0.0.2", path, KEEPER, browser)).toBe(200);
  });

  test("is bounded by the address of the connection: neither a header widens it nor another address uses it up", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const headers = { "x-forwarded-for": `10.0.0.${i}`, "x-pharos-peer": `10.0.1.${i}` };
      statuses.push(await postFrom("127.0.0.3", path, { ...KEEPER, password: `wrong password ${i}` }, headers));
    }
    expect(statuses.slice(0, 5)).toEqual(Array(5).fill(401));
    // Further ones wait longer and longer; how many got through depends on how slow the rest was.
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
    expect(await postFrom("127.0.0.4", path, KEEPER)).toBe(200);
  });
});

describe("the library's other endpoints", () => {
  test.each([
    ["sign-up/email", { name: "x", email: "x@pharos.invalid", password: PASSWORD, username: "x" }],
    ["sign-in/email", { email: "keeper@pharos.invalid", password: PASSWORD }],
    ["update-user", { name: "somebody else", role: "admin" }],
    ["change-email", { newEmail: "y@pharos.invalid" }],
    ["change-password", { currentPassword: PASSWORD, newPassword: "another long password" }],
    ["is-username-available", { username: "keeper" }],
    ["sign-in/username/..%2F..%2Fupdate-user", { name: "somebody else" }],
  ])("%s is not served even to an administrator, and the attempt is noted", async (path, body) => {
    const cookie = await signInFromElsewhere();
    const lines = await linesOf(`/api/auth/${path}`, async () =>
      expect(await postFrom("127.0.0.1", `/api/auth/${path}`, body, { cookie })).toBe(404),
    );
    expect(lines).toEqual(["anonymous [] refused 127.0.0.1"]);
  });

  let kept: string | undefined;
  async function signInFromElsewhere(): Promise<string> {
    kept ??= await signIn(serve.url, "keeper");
    return kept;
  }
});
