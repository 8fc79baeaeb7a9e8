import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import { username } from "better-auth/plugins/username";
import { z } from "zod";
import { ERROR_CODES } from "#core/error-codes.ts";
import { PharosError } from "#core/errors.ts";
import type { ApiTokenView, PrincipalView, Role } from "#core/view/session.ts";
import type { Audit } from "#server/audit/audit.ts";
import { ApiTokens, type NewApiToken } from "#server/auth/api-tokens.ts";
import { checkOrigin, isLoopbackHost } from "#server/auth/request-origin.ts";
import { SetupLink } from "#server/auth/setup-link.ts";
import { writeFileDurably } from "#server/ca/root-file.ts";
import type { Database } from "#server/db/open-database.ts";
import { readBody, sendText } from "#server/http/routes.ts";
import type { Logger } from "#server/log.ts";

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
  checkOrigin(request: Pick<IncomingMessage, "method" | "headers">): void;
  /** Everything under /api/auth. */
  handleHttp(request: IncomingMessage, response: ServerResponse): Promise<void>;
  needsSetup(): Promise<boolean>;
  /** A new one-time link while there is no account; null afterwards. */
  setupLink(): Promise<string | null>;
  createApiToken(token: NewApiToken): Promise<{ readonly id: string; readonly token: string }>;
  listApiTokens(): Promise<readonly ApiTokenView[]>;
  revokeApiToken(id: string): Promise<void>;
  ensureAdminToken(): Promise<void>;
}

const SETUP_PATH = "/api/auth/setup";
const BODY_BYTES_MAX = 64 * 1024;
const DEMO: PrincipalView = { name: "demo", role: "admin", kind: "user" };

const setupInput = z.object({
  token: z.string().min(1),
  username: z.string().regex(/^[a-zA-Z0-9_.]{3,30}$/, "is 3 to 30 letters, digits, dots and underscores"),
  password: z.string().min(12, "needs at least 12 characters").max(128),
});

function sessionKey(dir: string): string {
  const file = join(dir, "session-key");
  if (!existsSync(file)) writeFileDurably(file, randomBytes(32).toString("base64"));
  return readFileSync(file, "utf8");
}

/** Sign-in with local accounts (better-auth), API tokens, and the demo's sign-in by itself. */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { db, dir, baseUrl, audit } = options;
  const tokens = new ApiTokens(db);
  const link = new SetupLink(db);
  const library = betterAuth({
    appName: "Pharos",
    baseURL: baseUrl,
    secret: sessionKey(dir),
    database: prismaAdapter(db as never, { provider: "sqlite" }),
    trustedOrigins: [baseUrl, ...(options.isLoopback ? [baseUrl.replace("127.0.0.1", "localhost")] : [])],
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12 },
    plugins: [username()],
    user: { additionalFields: { role: { type: "string", input: false, defaultValue: "viewer" } } },
    session: { cookieCache: { enabled: true, maxAge: 30 } },
    rateLimit: { enabled: true, window: 60, max: 300, customRules: { "/sign-in/*": { window: 60, max: 10 } } },
    advanced: { cookiePrefix: "pharos", defaultCookieAttributes: { httpOnly: true, sameSite: "lax" } },
    telemetry: { enabled: false },
    logger: { level: "error" },
  });
  const handler = toNodeHandler(library);

  async function needsSetup(): Promise<boolean> {
    return (await db.user.count()) === 0;
  }

  /** The first account; whoever holds the link chooses its name and password. */
  async function setUp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const from = request.socket.remoteAddress ?? "";
    try {
      if (request.method !== "POST") throw new PharosError("invalid", "setup takes a POST");
      const body = await readBody(request, BODY_BYTES_MAX);
      const input = setupInput.safeParse(JSON.parse(body?.toString("utf8") ?? "null"));
      if (!input.success)
        throw new PharosError(
          "invalid",
          input.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; "),
        );
      if (!(await needsSetup()))
        throw new PharosError("conflict", "there is an account already", { hint: "sign in with it" });
      const context = await library.$context;
      await link.burn(input.data.token, Date.now());
      const { username: name, password } = input.data;
      const user = await context.internalAdapter.createUser(
        {
          name,
          email: `${name.toLowerCase()}@pharos.invalid`,
          emailVerified: true,
          username: name.toLowerCase(),
          displayUsername: name,
          role: "admin",
        },
        undefined as never,
      );
      await context.internalAdapter.linkAccount({
        userId: user.id,
        accountId: user.id,
        providerId: "credential",
        password: await context.password.hash(password),
      });
      audit.write({
        actor: name,
        action: "auth.setup",
        resource: name,
        outcome: "allowed",
        reason: "first account",
        from,
      });
      sendText(response, 200, JSON.stringify({ username: name }), "application/json");
    } catch (error) {
      const known =
        error instanceof SyntaxError ? new PharosError("invalid", "the request is not JSON") : PharosError.from(error);
      audit.write({
        actor: "anonymous",
        action: "auth.setup",
        resource: "",
        outcome: "refused",
        reason: known.message,
        from,
      });
      sendText(
        response,
        ERROR_CODES[known.code].http,
        JSON.stringify({ message: known.message, hint: known.hint ?? null }),
        "application/json",
      );
    }
  }

  return {
    async authenticate(request) {
      const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
      // A token that does not work is nobody, even where a cookie or the demo would do.
      if (bearer !== undefined) return tokens.authenticate(bearer, Date.now());
      const isOwnHost = isLoopbackHost(request.headers.host);
      if (options.demoSignIn && options.isLoopback && isOwnHost) return DEMO;
      if (!(request.headers.cookie ?? "").includes("pharos.")) return null;
      const session = await library.api.getSession({ headers: fromNodeHeaders(request.headers) });
      if (session === null) return null;
      const user = session.user as { name: string; role?: string };
      return { name: user.name, role: (user.role ?? "viewer") as Role, kind: "user" };
    },
    checkOrigin,
    async handleHttp(request, response) {
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      try {
        checkOrigin(request);
      } catch (error) {
        audit.write({
          actor: "anonymous",
          action: path,
          resource: "",
          outcome: "refused",
          reason: PharosError.from(error).message,
          from: request.socket.remoteAddress ?? "",
        });
        sendText(response, 403, JSON.stringify({ message: PharosError.from(error).message }), "application/json");
        return;
      }
      if (path === SETUP_PATH) return setUp(request, response);
      const from = request.socket.remoteAddress ?? "";
      if (path.startsWith("/api/auth/sign-in/")) {
        response.once("finish", () => {
          const isIn = response.statusCode < 400;
          audit.write({
            actor: "anonymous",
            action: "auth.signIn",
            resource: "",
            outcome: isIn ? "allowed" : "refused",
            reason: `HTTP ${response.statusCode}`,
            from,
          });
        });
      }
      await handler(request, response);
    },
    needsSetup,
    setupLink: async () => ((await needsSetup()) ? link.create(baseUrl, Date.now()) : null),
    createApiToken: (token) => tokens.create(token),
    listApiTokens: () => tokens.list(),
    revokeApiToken: (id) => tokens.revoke(id),
    ensureAdminToken: () => tokens.ensureAdminToken(dir),
  };
}
