import type { Dice } from "#core/simulate/dice.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import { Headers } from "#core/simulate/headers.ts";
import type { Passed, Stopped } from "#core/simulate/passed.ts";
import type { Place, Trace } from "#core/simulate/step.ts";
import { checkTokens, type Verified } from "#core/simulate/tokens/check-tokens.ts";
import type { TokenConfig } from "#core/simulate/tokens/token-config.ts";
import { TOKEN_STATUS } from "#core/simulate/tokens/token-status.ts";
import type { TokenTrust } from "#core/simulate/tokens/token-trust.ts";

const URI_CHARACTERS_MAX = 256;

/** The turn of the filter that checks tokens; undefined: the request goes on, with what its token says in the metadata. */
export function passTokens(
  name: string,
  config: TokenConfig,
  exchange: Exchange,
  passed: Passed,
  dice: Dice,
  trust: TokenTrust | undefined,
  trace: Trace | undefined,
  place: Place | undefined,
): Stopped | undefined {
  const { headers, method } = exchange;
  const tell = (result: "passed" | "ended", why: string): void =>
    trace?.add({ at: "HTTP filter", result, title: "token", why, place, origins: [] });
  for (const header of config.sanitizes) headers.delete(header);
  const isPreflight =
    method === "OPTIONS" &&
    (headers.get("origin") ?? "") !== "" &&
    (headers.get("access-control-request-method") ?? "") !== "";
  if (config.bypassesPreflight && isPreflight) {
    tell("passed", "a preflight of CORS is not asked for one");
    return undefined;
  }
  const requirement = config.rules.find(({ condition }) => condition.holds(exchange, dice))?.requirement;
  if (requirement === undefined) return undefined;
  if (trust === undefined) {
    tell("passed", "tokens are not evaluated here: the request is taken to have none that is bad");
    return undefined;
  }
  const uri = originalUri(headers);
  const verified: Verified = { payloads: new Map(), notEvaluated: [], clearsRoute: false };
  const status = checkTokens(requirement, exchange, trust, verified);
  passed.clearsRoute ||= verified.clearsRoute;
  if (status === undefined) {
    if (verified.payloads.size > 0) exchange.metadata.set(name, Object.fromEntries(verified.payloads));
    tell("passed", describePassed(verified));
    return undefined;
  }
  tell("ended", status);
  const error = status === TOKEN_STATUS.missing ? "" : ', error="invalid_token"';
  return {
    status: status === TOKEN_STATUS.audience ? 403 : 401,
    details: `jwt_authn_access_denied{${status.replaceAll(" ", "_")}}`,
    flags: "",
    headers: new Headers([["www-authenticate", `Bearer realm="${uri}"${error}`]]),
    isFinished: false,
    body: status,
  };
}

function originalUri(headers: Headers): string {
  const path = headers.get("x-envoy-original-path") ?? headers.get(":path") ?? "";
  return `${headers.get(":scheme") ?? ""}://${headers.get(":authority") ?? ""}${path.slice(0, URI_CHARACTERS_MAX)}`;
}

function describePassed({ payloads, notEvaluated }: Verified): string {
  const skipped = notEvaluated.map((what) => `${what} is not evaluated here: it is taken to be met`);
  if (payloads.size === 0 && skipped.length > 0) return skipped.join("; ");
  return [describePayloads(payloads), ...skipped].join("; ");
}

function describePayloads(payloads: Verified["payloads"]): string {
  const [payload] = payloads.values();
  if (payload === undefined) return "there is none";
  const { iss = "nobody", sub } = payload as { readonly iss?: string; readonly sub?: string };
  return `a good one of ${iss}${sub === undefined ? "" : `, for ${sub}`}`;
}
