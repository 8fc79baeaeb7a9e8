import type { Role } from "#core/access/role.ts";
import { ApiTokens } from "#server/auth/api-tokens.ts";
import { createAccount } from "#server/auth/create-account.ts";
import type { Database } from "#server/db/open-database.ts";

export const PASSWORD = "correct horse battery";

/** One way to come to the server: what a request carries, and as whom it should be taken. */
export interface TestCaller {
  readonly label: string;
  readonly standing: Role | "nobody";
  readonly headers: Readonly<Record<string, string>>;
  /** Name in the audit trail. */
  readonly actor: string;
}

export function postJson(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", origin: new URL(url).origin, ...headers },
    body: JSON.stringify(body),
  });
}

/** All cookies that signing in gives, as a browser sends them back. */
export async function signIn(url: string, username: string): Promise<string> {
  const answer = await postJson(`${url}/api/auth/sign-in/username`, { username, password: PASSWORD });
  if (!answer.ok) throw new Error(`${username} could not sign in: ${answer.status} ${await answer.text()}`);
  return answer.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
}

/**
 * Sessions and API tokens of each role, and those that are nobody: without either, with a session or token that ended,
 * was revoked or was made up. `db` is the database of the server at `url`.
 */
export async function openCallers(url: string, db: Database): Promise<readonly TestCaller[]> {
  const tokens = new ApiTokens(db);
  const callers: TestCaller[] = [];
  const add = (label: string, standing: TestCaller["standing"], headers: TestCaller["headers"], actor = "anonymous") =>
    callers.push({ label, standing, headers, actor });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  for (const role of ["viewer", "operator", "admin"] as const) {
    await createAccount(db, { name: `${role}.person`, role, password: PASSWORD });
    add(`${role} session`, role, { cookie: await signIn(url, `${role}.person`) }, `${role}.person`);
    const { token } = await tokens.create({ name: `${role}-token`, role, createdBy: "test" });
    add(`${role} token`, role, bearer(token), `${role}-token`);
  }

  add("no session and no token", "nobody", {});
  await createAccount(db, { name: "ended", role: "admin", password: PASSWORD });
  const ended = await signIn(url, "ended");
  await db.session.updateMany({
    where: { user: { username: "ended" } },
    data: { expiresAt: new Date(Date.now() - 1) },
  });
  add("expired admin session", "nobody", { cookie: ended });
  await createAccount(db, { name: "left", role: "admin", password: PASSWORD });
  const left = await signIn(url, "left");
  await postJson(`${url}/api/auth/sign-out`, {}, { cookie: left });
  add("signed-out admin session", "nobody", { cookie: left });
  const good = callers.find(({ label }) => label === "admin session")?.headers.cookie ?? "";
  // The signature of better-auth's cookie stands after the last dot.
  const forged = good.replace(/(session_token=[^.;]+)\.[^;]+/, `$1.${encodeURIComponent(`${"A".repeat(43)}=`)}`);
  add("admin session with a forged signature", "nobody", { cookie: forged });
  const revoked = await tokens.create({ name: "revoked", role: "admin", createdBy: "test" });
  await tokens.revoke(revoked.id);
  add("revoked admin token", "nobody", bearer(revoked.token));
  const past = await tokens.create({ name: "past", role: "admin", ttlSeconds: -1, createdBy: "test" });
  add("expired admin token", "nobody", bearer(past.token));
  add("unknown token", "nobody", bearer("pharos_guess"));
  add("admin session with an unknown token", "nobody", { cookie: good, ...bearer("pharos_guess") });
  return callers;
}
