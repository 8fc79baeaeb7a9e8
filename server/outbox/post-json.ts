import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP } from "node:net";
import { PharosError } from "#core/errors.ts";
import { guardedLookup } from "#server/keys/guarded-lookup.ts";
import { type KeyAddressRules, whyNotAsked } from "#server/keys/why-not-asked.ts";

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Posts JSON to a place that a resource names, and answers the status. Every address is looked at before it is connected to, and no
 * redirect is followed. Throws PharosError: "forbidden" for an address that is not told anything.
 */
export function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  { timeoutMs = TIMEOUT_MS, ...rules }: KeyAddressRules & { readonly timeoutMs?: number },
): Promise<number> {
  const to = new URL(url);
  const host = to.hostname.replace(/^\[|\]$/g, "");
  // A literal is looked up by nobody.
  const why = isIP(host) === 0 ? undefined : whyNotAsked(host, rules);
  if (why !== undefined) return Promise.reject(new PharosError("forbidden", `${to.origin} is not told: ${why}`));
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const fail = (error: unknown): void =>
      reject(
        signal.aborted
          ? new PharosError("timeout", `${to.origin} does not answer in time`)
          : error instanceof PharosError
            ? error
            : new PharosError(
                "unavailable",
                `${to.origin} cannot be told: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
              ),
      );
    const request = (to.protocol === "https:" ? requestSecure : requestPlain)(
      to,
      {
        method: "POST",
        ...{ agent: false, signal, lookup: guardedLookup(rules) },
        headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        let bytes = 0;
        response.on("data", (part: Buffer) => {
          bytes += part.length;
          if (bytes > ANSWER_BYTES_MAX) response.destroy();
        });
        isAnswered = true;
        // What it says is of no interest, and neither is where it breaks off.
        response.on("close", () => resolve(response.statusCode ?? 0));
        response.on("error", () => undefined);
      },
    );
    request.on("error", fail);
    // Of who answers with another protocol nothing else is heard.
    request.on("close", () => {
      if (!isAnswered) fail(new Error("it gives no answer of HTTP"));
    });
    request.end(body);
  });
}
