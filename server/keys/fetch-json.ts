import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import { isIP } from "node:net";
import { PharosError } from "#core/errors.ts";
import { readBody } from "#node/read-body.ts";
import { guardedLookup } from "#server/keys/guarded-lookup.ts";
import { type KeyAddressRules, whyNotAsked } from "#server/keys/why-not-asked.ts";

export interface FetchLimits extends KeyAddressRules {
  readonly bytesMax: number;
  readonly redirectsMax: number;
  /** Ends it, whatever it waits for. */
  readonly signal: AbortSignal;
}

/**
 * Fetches a text by GET: certificates verified, bounded in size and redirects, every address looked at before it is connected
 * to. Throws PharosError: "forbidden" for an address that is not asked, "too-large", "unavailable" otherwise.
 */
export async function fetchJson(url: string, limits: FetchLimits): Promise<string> {
  let at = parseUrl(url);
  for (let redirects = 0; ; redirects++) {
    const response = await open(at, limits);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy();
      if (redirects === limits.redirectsMax)
        throw new PharosError("unavailable", `${url} redirects more than ${limits.redirectsMax} times`);
      const next = parseUrl(headers.location, at);
      if (at.protocol === "https:" && next.protocol !== "https:")
        throw new PharosError(
          "forbidden",
          `${url} redirects from https to ${next.origin}, which anybody could answer for`,
        );
      at = next;
      continue;
    }
    if (statusCode < 200 || statusCode >= 300) {
      response.destroy();
      throw new PharosError("unavailable", `${at.href} answers ${statusCode}`);
    }
    const body = await readBody(response, limits.bytesMax).catch((error: unknown) => {
      throw failed(at, error, limits.signal);
    });
    if (body === undefined) {
      response.destroy();
      throw new PharosError("too-large", `${at.href} sends more than ${limits.bytesMax} bytes`);
    }
    return body.toString("utf8");
  }
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.canParse(text, base) ? new URL(text, base) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:")
    throw new PharosError("unavailable", `${text} is not a URL that begins with https:// or http://`);
  return url;
}

function open(url: URL, limits: FetchLimits): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // A literal is looked up by nobody.
  const why = isIP(host) === 0 ? undefined : whyNotAsked(host, limits);
  if (why !== undefined) return Promise.reject(new PharosError("forbidden", `${url.origin} is not asked: ${why}`));
  return new Promise((resolve, reject) => {
    const get = url.protocol === "https:" ? getSecure : getPlain;
    const fail = (error: unknown): void => reject(failed(url, error, limits.signal));
    get(
      url,
      // No agent: what is asked three times an hour keeps no connection.
      { agent: false, signal: limits.signal, lookup: guardedLookup(limits), headers: { accept: "application/json" } },
      resolve,
    )
      .on("error", fail)
      // Of who answers with another protocol nothing else is heard.
      .on("close", () => fail(new Error("it gives no answer of HTTP")));
  });
}

function failed(url: URL, error: unknown, signal: AbortSignal): PharosError {
  if (signal.aborted) return new PharosError("timeout", `${url.origin} does not answer in time`);
  if (error instanceof PharosError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new PharosError("unavailable", `${url.origin} cannot be asked: ${code ?? message}`, { cause: error });
}
