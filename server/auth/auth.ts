import type { IncomingMessage, ServerResponse } from "node:http";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import { z } from "zod";
import type { Role } from "#core/access/role.ts";
import { describeIssues } from "#core/describe-issues.ts";
import { ERROR_CODES } from "#core/error-codes.ts";
import { PharosError } from "#core/errors.ts";
import type { ApiTokenView, PrincipalView } from "#core/view/session.ts";
import type { Logger } from "#node/log.ts";
import { isLoopbackHost } from "#node/loopback-host.ts";
import { readBody } from "#node/read-body.ts";
import { sendText } from "#node/send-text.ts";
import type { Audit } from "#server/audit/audit.ts";
import { ApiTokens, type NewApiToken } from "#server/auth/api-tokens.ts";
import { createAccount } from "#server/auth/create-account.ts";
import { findSession, openLibrary, PEER_HEADER } from "#server/auth/open-library.ts";
import { PasswordTurns } from "#server/auth/password-turns.ts";
import { checkOrigin } from "#server/auth/request-origin.ts";
import { openSessionKey } from "#server/auth/session-key.ts";
import { SetupLink } from "#server/auth/setup-link.ts";
import { SignInLimits } from "#server/auth/sign-in-limits.ts";
import type { Database } from "#server/db/open-database.ts";

export interface AuthOptions {
  readonly db: Database;
  /** Data directory: holds the key that signs sessions and the administrator's token. */
  readonly dir: string;
  readonly baseUrl: string;
  /** The listener is reachable from this machine only. */
  readonly isLoopback: boolean;
  readonly demoSignIn: boolean;
  readonly audit: Audit;
  readonly log: Logger;
}

export interface Auth {
  /** Who sent a request: an API token, a session, the demo's own; null for nobody. */
  authenticate(request: Pick<IncomingMessage, "headers">): Promise<PrincipalView | null>;
  /** Throws "forbidden", and leaves an audit line, when a page of another site wants to change something. */
  checkOrigin(request: Pick<IncomingMessage, "method" | "headers" | "url" | "socket">): void;
  /** Leaves the audit line of a request that was refused before it had a name: what it wanted is its path. */
  noteRefused(request: Pick<IncomingMessage, "url" | "socket">, reason: string): void;
  /** Everything under /api/auth. */
  handleHttp(request: IncomingMessage, response: ServerResponse): Promise<void>;
  needsSetup(): Promise<boolean>;
  /** A new one-time link while there is no account; null afterwards. */
  setupLink(consoleUrl: string): Promise<string | null>;
  createApiToken(token: NewApiToken): Promise<{ readonly id: string; readonly token: string }>;
  listApiTokens(): Promise<readonly ApiTokenView[]>;
  revokeApiToken(id: string): Promise<void>;
  ensureAdminToken(): Promise<void>;
}

const SETUP_PATH = "/api/auth/setup";
/** The library's endpoints that are served, and their names in the audit trail. It has more: some change a person's name. */
const LIBRARY_ACTIONS: Readonly<Record<string, string>> = {
  "/api/auth/sign-in/username": "auth.signIn",
  "/api/auth/sign-out": "auth.signOut",
};
const BODY_BYTES_MAX = 64 * 1024;
/** Of a name that somebody tries to sign in as, in characters. */
const TRIED_MAX = 100;
const DEMO: PrincipalView = { name: "demo", role: "admin", kind: "user" };

const setupInput = z.object({
  token: z.string().min(1),
  username: z.string().regex(/^[a-zA-Z0-9_.]{3,30}$/, "is 3 to 30 letters, digits, dots and underscores"),
  password: z.string().min(12, "needs at least 12 characters").max(128),
});
const signInInput = z.object({ username: z.string() });

const pathOf = ({ url }: Pick<IncomingMessage, "url">): string => (url ?? "").split("?", 1)[0] ?? "";
const peerOf = ({ socket }: Pick<IncomingMessage, "socket">): string => socket.remoteAddress ?? "";

function sendError(response: ServerResponse, error: PharosError): void {
  const body = JSON.stringify({ message: error.message, hint: error.hint ?? null });
  sendText(response, ERROR_CODES[error.code].http, body, "application/json");
}

async function readText(request: IncomingMessage): Promise<string> {
  const body = await readBody(request, BODY_BYTES_MAX);
  if (body === undefined) throw new PharosError("too-large", `the request is longer than ${BODY_BYTES_MAX} bytes`);
  return body.toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PharosError("invalid", "the request is not JSON", { cause: error });
  }
}

/** As it is, or as the password of what clients that know no tokens send (the name is not looked at). */
function tokenOf(authorization = ""): string | undefined {
  const [, scheme, value = ""] = /^(Bearer|Basic) (.+)$/i.exec(authorization) ?? [];
  if (scheme === undefined || scheme.toLowerCase() === "bearer") return scheme && value;
  const pair = Buffer.from(value, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
}

/** Sign-in with local accounts (better-auth), API tokens, and the demo's sign-in by itself. */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { db, dir, baseUrl, audit } = options;
  const tokens = new ApiTokens(db);
  const link = new SetupLink(db);
  const { key: sessionKey, damage } = openSessionKey(dir, Date.now());
  if (damage !== undefined) await noteEndedSessions(damage);
  const library = openLibrary({ db, sessionKey, baseUrl });
  const handler = toNodeHandler(library);
  // Apart, so that no number of made-up names makes what was counted of an account forgotten.
  const limitsOf = { account: new SignInLimits(), nobody: new SignInLimits() };
  const turns = new PasswordTurns();

  /** Cookies that another key has signed are nobody's any more: whoever was signed in is told why they are not. */
  async function noteEndedSessions(damage: string): Promise<void> {
    const ended = await db.session.count({ where: { expiresAt: { gt: new Date() } } });
    if (ended === 0) return;
    const reason = `${damage}: ${ended === 1 ? "one session has" : `${ended} sessions have`} ended, sign in again`;
    options.log.error(reason);
    audit.write({
      actor: "pharos serve",
      action: "sessions.lost",
      resource: "session-key",
      outcome: "failed",
      reason,
      from: "",
    });
  }

  async function needsSetup(): Promise<boolean> {
    return (await db.user.count()) === 0;
  }

  const noteRefused: Auth["noteRefused"] = (request, reason) =>
    audit.write({
      actor: "anonymous",
      action: pathOf(request),
      resource: "",
      outcome: "refused",
      reason,
      from: peerOf(request),
    });

  const checkOriginNoted: Auth["checkOrigin"] = (request) => {
    try {
      checkOrigin(request);
    } catch (error) {
      noteRefused(request, PharosError.from(error).message);
      throw error;
    }
  };

  const authenticate: Auth["authenticate"] = async (request) => {
    const token = tokenOf(request.headers.authorization);
    // A token that does not work is nobody, even where a cookie or the demo would do.
    if (token !== undefined) return tokens.authenticate(token, Date.now());
    const isOwnHost = isLoopbackHost(request.headers.host);
    if (options.demoSignIn && options.isLoopback && isOwnHost) return DEMO;
    if (!(request.headers.cookie ?? "").includes("pharos.")) return null;
    const session = await findSession(library, fromNodeHeaders(request.headers));
    if (session === null) return null;
    const user = session.user as { name: string; role?: string };
    return { name: user.name, role: (user.role ?? "viewer") as Role, kind: "user" };
  };

  /** The first account; whoever holds the link chooses its name and password. */
  async function setUp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const note = { action: "auth.setup", from: peerOf(request) } as const;
    try {
      if (request.method !== "POST") throw new PharosError("invalid", "setup takes a POST");
      const input = setupInput.safeParse(parseJson(await readText(request)));
      if (!input.success) throw new PharosError("invalid", describeIssues(input.error));
      if (!(await needsSetup()))
        throw new PharosError("conflict", "there is an account already", { hint: "sign in with it" });
      const { token, username: name, password } = input.data;
      await link.burn(token, Date.now());
      await createAccount(db, { name, password, role: "admin" });
      audit.write({ ...note, actor: name, resource: name, outcome: "allowed", reason: "first account" });
      sendText(response, 200, JSON.stringify({ username: name }), "application/json");
    } catch (error) {
      const known = PharosError.from(error);
      audit.write({ ...note, actor: "anonymous", resource: "", outcome: "refused", reason: known.message });
      throw known;
    }
  }

  /** Throws `exhausted` where this account was tried too often, whether or not it exists. */
  async function limitGuessing(text: string, account: string | undefined, from: string): Promise<string> {
    const input = signInInput.safeParse(parseJson(text));
    const tried = input.success ? input.data.username.toLowerCase().slice(0, TRIED_MAX) : "";
    const isKnown = async (): Promise<boolean> =>
      account !== undefined &&
      (await db.auditLine.findFirst({
        where: { actor: account, action: "auth.signIn", outcome: "allowed", from },
        select: { id: true },
      })) !== null;
    const limits = limitsOf[account === undefined ? "nobody" : "account"];
    const verdict = await limits.begin(tried, from, Date.now(), isKnown);
    if (verdict.may) return tried;
    const seconds = Math.ceil(verdict.waitMs / 1000);
    audit.write({
      actor: "anonymous",
      action: "auth.signIn",
      resource: account ?? "",
      outcome: "refused",
      reason: "too many wrong passwords; not even tried",
      from,
    });
    throw new PharosError("exhausted", "too many wrong passwords for this account", {
      hint: `try again in ${seconds} s, or from where you signed in before`,
    });
  }

  /** Name of the account a sign-in is for. Only names that exist are written down: people type passwords there. */
  async function accountOf(text: string): Promise<string | undefined> {
    const input = signInInput.safeParse(parseJson(text));
    if (!input.success) return undefined;
    const row = await db.user.findUnique({ where: { username: input.data.username.toLowerCase() } });
    return row?.name;
  }

  /** One of the library's endpoints, and its audit line. Signing out without a session changes nothing and leaves none. */
  async function callLibrary(action: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request);
    const isSignIn = action === "auth.signIn";
    const account = isSignIn ? await accountOf(text) : (await authenticate(request))?.name;
    const from = peerOf(request);
    const tried = isSignIn ? await limitGuessing(text, account, from) : "";
    const limits = limitsOf[account === undefined ? "nobody" : "account"];
    // The library takes a body that was read already from here.
    Object.assign(request, { body: text });
    request.headers[PEER_HEADER] = peerOf(request);
    try {
      await (isSignIn ? turns.take(from, () => handler(request, response)) : handler(request, response));
    } catch (error) {
      if (!isSignIn) throw error;
      limits.notMade(tried, from);
      const { message } = PharosError.from(error);
      audit.write({ actor: "anonymous", action, resource: account ?? "", outcome: "refused", reason: message, from });
      throw error;
    }
    if (account === undefined && !isSignIn) return;
    const isDone = response.statusCode < 400;
    if (isSignIn && isDone) limits.succeeded(tried, from);
    // What the library did not try either is no guess.
    else if (isSignIn && response.statusCode === 429) limits.notMade(tried, from);
    audit.write({
      // Who failed to sign in has shown no name of their own.
      actor: (isSignIn && !isDone ? undefined : account) ?? "anonymous",
      action,
      resource: account ?? "",
      outcome: isDone ? "allowed" : "refused",
      reason: `HTTP ${response.statusCode}${account === undefined ? ", no such account" : ""}`,
      from: peerOf(request),
    });
  }

  return {
    authenticate,
    checkOrigin: checkOriginNoted,
    noteRefused,
    async handleHttp(request, response) {
      const path = pathOf(request);
      try {
        checkOriginNoted(request);
        if (path === SETUP_PATH) return await setUp(request, response);
        const action = request.method === "POST" ? LIBRARY_ACTIONS[path] : undefined;
        if (action !== undefined) return await callLibrary(action, request, response);
        if (request.method !== "GET" && request.method !== "HEAD") noteRefused(request, "not served");
        throw new PharosError("not-found", `nothing is served at ${path}`);
      } catch (error) {
        const known = PharosError.from(error);
        if (known.code === "internal") throw error;
        sendError(response, known);
      }
    },
    needsSetup,
    setupLink: async (consoleUrl) => ((await needsSetup()) ? link.create(consoleUrl, Date.now()) : null),
    createApiToken: (token) => tokens.create(token),
    listApiTokens: () => tokens.list(),
    revokeApiToken: (id) => tokens.revoke(id),
    ensureAdminToken: () => tokens.ensureAdminToken(dir),
  };
}
