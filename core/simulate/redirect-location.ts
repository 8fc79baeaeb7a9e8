import type { Headers } from "#core/simulate/headers.ts";
import type { RedirectAction } from "#core/simulate/route.ts";

/** Where a client is sent, as Envoy's newUri puts it together from the request as it now is. */
export function redirectLocation(redirect: RedirectAction | undefined, headers: Headers): string {
  const scheme = redirect?.scheme ?? headers.get(":scheme") ?? "http";
  const port = redirect?.port === undefined ? "" : `:${redirect.port}`;
  const host = redirect?.host ?? requestHost(headers, scheme, port);
  return `${scheme}://${host}${port}${redirectPath(redirect, headers.get(":path") ?? "")}`;
}

function redirectPath(redirect: RedirectAction | undefined, current: string): string {
  const target = redirect?.path;
  const hasOwnQuery = target?.includes("?") ?? false;
  const query = current.includes("?") ? current.slice(current.indexOf("?")) : "";
  const path = target === undefined ? current : hasOwnQuery ? target : target + query;
  const rooted = path.startsWith("/") ? path : `/${path}`;
  const cut = rooted.indexOf("?");
  return redirect?.stripsQuery && !hasOwnQuery && cut >= 0 ? rooted.slice(0, cut) : rooted;
}

/** The request's, without a port that is replaced, or that was only its old scheme's own. */
function requestHost(headers: Headers, scheme: string, port: string): string {
  const host = headers.get(":authority") ?? "";
  const colon = host.startsWith("[") ? host.lastIndexOf("]:") + 1 : host.lastIndexOf(":");
  if (colon <= 0) return host;
  const own = host.slice(colon);
  const proto = headers.get("x-forwarded-proto");
  const isUsual = (proto === "https" && own === ":443") || (proto === "http" && own === ":80");
  return port !== "" || (scheme !== proto && isUsual) ? host.slice(0, colon) : host;
}
