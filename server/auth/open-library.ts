import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { username } from "better-auth/plugins/username";
import type { Database } from "#server/db/open-database.ts";

/** Carries the address of the connection to the library; what a caller sends under this name is overwritten. */
export const PEER_HEADER = "x-pharos-peer";

export interface LibraryOptions {
  readonly db: Database;
  /** Signs sessions. */
  readonly sessionKey: string;
  readonly baseUrl: string;
}

/** The console may be reached by another name or port than the server knows of: a tunnel, another address of the host. */
function ownOrigins(request: Request | undefined): string[] {
  const host = request?.headers.get("host");
  return host ? [`http://${host}`, `https://${host}`] : [];
}

/** better-auth with local accounts: passwords, sessions, cookies, and a bound on tries. Endpoints are served one by one. */
export function openLibrary({ db, sessionKey, baseUrl }: LibraryOptions) {
  return betterAuth({
    appName: "Pharos",
    baseURL: baseUrl,
    secret: sessionKey,
    database: prismaAdapter(db as never, { provider: "sqlite" }),
    // Our own check has refused an Origin that is not the request's Host before the library sees the request.
    trustedOrigins: ownOrigins,
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12 },
    plugins: [username()],
    user: { additionalFields: { role: { type: "string", input: false, defaultValue: "viewer" } } },
    // No session is kept in a cookie: one that was signed out, or whose person lost a role, ends at once.
    session: { cookieCache: { enabled: false } },
    rateLimit: { enabled: true, window: 60, max: 300, customRules: { "/sign-in/*": { window: 60, max: 10 } } },
    advanced: {
      cookiePrefix: "pharos",
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax" },
      // By default the library believes X-Forwarded-For, and a new value there is a new allowance of tries.
      ipAddress: { ipAddressHeaders: [PEER_HEADER] },
    },
    telemetry: { enabled: false },
    // What is no answer of its own (a full disk) is thrown to whoever called; it would say an empty 500.
    onAPIError: { throw: true },
    // It would print each failure of a full disk with its stack; whoever called tells it.
    logger: { disabled: true },
  });
}

type Library = ReturnType<typeof openLibrary>;

/** Whose session the cookies are, if anybody's. Only that it was used is not noted where it cannot be (a full disk). */
export async function findSession(library: Library, headers: Headers): ReturnType<Library["api"]["getSession"]> {
  try {
    return await library.api.getSession({ headers });
  } catch {
    return library.api.getSession({ headers, query: { disableRefresh: true } });
  }
}
