import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, TRPCClientError } from "@trpc/client";
import { EventSource } from "eventsource";
import { UsageError } from "#cli/failure.ts";
import { ERROR_CODES } from "#core/error-codes.ts";
import { type ErrorCode, type ErrorDetails, PharosError } from "#core/errors.ts";
import { readOwnFile } from "#node/read-own-file.ts";
import type { AppRouter } from "#server/api/router.ts";

export interface ServerOptions {
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly dir?: string | undefined;
}

export type ApiClient = ReturnType<typeof createTRPCClient<AppRouter>>;

interface Found {
  readonly url: string;
  readonly token: string | undefined;
}

/** A data directory tells where its server listens (server.json) and holds a token for the person who runs it. */
function fromDirectory(dir: string): Found | undefined {
  const text = readOwnFile(join(dir, "server.json")) ?? readOwnFile(join(dir, "server/server.json"));
  if (text === undefined) return undefined;
  const token = readOwnFile(join(dir, "admin-token")) ?? readOwnFile(join(dir, "server/admin-token"));
  return { url: consoleOf(text, dir), token: token?.trim() };
}

function consoleOf(text: string, dir: string): string {
  try {
    const url = (JSON.parse(text) as { console?: unknown }).console;
    if (typeof url === "string" && URL.canParse(url)) return url;
  } catch {
    // Said below.
  }
  throw new PharosError("unavailable", `server.json in ${dir} is damaged`, {
    hint: "restart the server, which writes it anew, or name the server with --server",
  });
}

/** A variable that is set to nothing says nothing. */
function fromEnvironment(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** Flags, then PHAROS_SERVER and PHAROS_TOKEN, then the data directories a person usually has: .demo and .pharos. */
function findServer(options: ServerOptions): Found {
  const directories = [options.dir ?? fromEnvironment("PHAROS_DIR")].filter((dir) => dir !== undefined);
  const known = (directories.length > 0 ? directories : [".demo", ".pharos"])
    .map(fromDirectory)
    .find((found) => found !== undefined);
  if (directories.length > 0 && known === undefined) {
    throw new PharosError("unavailable", `${directories.join(" and ")} holds no server.json`, {
      hint: "start the server with that directory first",
    });
  }
  const named = options.server ?? (options.dir === undefined ? fromEnvironment("PHAROS_SERVER") : undefined);
  if (named !== undefined && !/^https?:$/.test(URL.parse(named)?.protocol ?? ""))
    throw new UsageError(`${named} is not a server's address`, { hint: "for example http://127.0.0.1:20001" });
  const url = named?.replace(/\/+$/, "") ?? known?.url ?? "http://127.0.0.1:20001";
  return {
    url,
    token: options.token ?? fromEnvironment("PHAROS_TOKEN") ?? (known?.url === url ? known.token : undefined),
  };
}

export function connect(options: ServerOptions): ApiClient {
  const { url, token } = findServer(options);
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const endpoint = { url: `${url}/api/trpc` };
  const withHeaders: typeof fetch = (input, init) => {
    const all = new Headers(init?.headers);
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    return fetch(input, { ...init, headers: all });
  };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({
          ...endpoint,
          EventSource,
          eventSourceOptions: async () => ({ fetch: withHeaders as never }),
        }),
        false: httpLink({ ...endpoint, fetch: withHeaders as never }),
      }),
    ],
  });
}

/** What is no procedure: a file, as it comes, and how large it is. */
export async function download(
  path: string,
  options: ServerOptions,
): Promise<{ readonly body: Readable; readonly bytes: number }> {
  const { url, token } = findServer(options);
  let response: IncomingMessage;
  try {
    response = await getSlow(new URL(`${url}${path}`), token === undefined ? {} : { authorization: `Bearer ${token}` });
  } catch (cause) {
    throw new PharosError("unavailable", `no answer from ${url}: ${reasonOf(cause as Error)}`, {
      hint: "start it with `pharos serve`, or name one that runs with --dir or --server",
      cause,
    });
  }
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) return { body: response, bytes: Number(headers["content-length"] ?? 0) };
  const code = CODE_OF_STATUS.get(statusCode) ?? "internal";
  throw new PharosError(code, (await text(response)).trim() || `${url} answered ${statusCode}`);
}

/** What takes long to be made: `fetch` gives up where an answer does not begin within five minutes. */
const SILENT_MS_MAX = 60 * 60_000;

function getSlow(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? requestSecure : requestPlain)(url, { headers }, resolve);
    request.setTimeout(SILENT_MS_MAX, () => request.destroy(new Error("it says nothing for an hour")));
    request.on("error", reject);
    request.end();
  });
}

const CODE_OF_STATUS = new Map(
  (Object.keys(ERROR_CODES) as ErrorCode[]).map((code) => [ERROR_CODES[code].http as number, code]),
);

/** "fetch failed" hides why in its cause. */
function reasonOf(error: Error): string {
  let at = error;
  while (at.cause instanceof Error) at = at.cause;
  return at.message.trim() || error.message;
}

/** A failed call as the error the server threw; no answer at all is "unavailable". */
export function toPharosError(error: unknown, options: ServerOptions): PharosError {
  if (!(error instanceof TRPCClientError)) return PharosError.from(error);
  const data = error.data as
    | { reason?: ErrorCode | null; hint?: string | null; details?: ErrorDetails; code?: string; zodError?: unknown }
    | null
    | undefined;
  if (data === null || data === undefined) {
    const { url } = findServer(options);
    return new PharosError("unavailable", `no answer from ${url}: ${reasonOf(error)}`, {
      hint: "start it with `pharos serve`; name one that runs by its directory with --dir or PHAROS_DIR, or by its address with --server",
    });
  }
  const code =
    data.reason ?? (data.code === "BAD_REQUEST" ? "invalid" : data.code === "NOT_FOUND" ? "not-found" : "internal");
  return new PharosError(code, error.message, {
    ...(data.hint ? { hint: data.hint } : {}),
    ...(data.details === undefined ? {} : { details: data.details }),
  });
}
