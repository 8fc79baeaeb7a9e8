import { matchHeader, matchRegex, matchText } from "#testing/oracle/envoy/match-text.ts";
import { at, isObject, type Json, listAt, textAt } from "#testing/oracle/json.ts";

export interface HttpRequest {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

const EVALUATED = new Set([
  "prefix",
  "path",
  "safeRegex",
  "pathSeparatedPrefix",
  "caseSensitive",
  "headers",
  "queryParameters",
  "grpc",
]);

/** The virtual host that Envoy chooses: the whole name, then the longest wildcard, then `*`. */
export function findVirtualHost(config: Json, host: string): Json {
  const name = (at(config, "ignorePortInHostMatching") === true ? host.replace(/:\d+$/, "") : host).toLowerCase();
  let best: { readonly length: number; readonly found: Json } | undefined;
  for (const found of listAt(config, "virtualHosts")) {
    for (const domain of listAt(found, "domains").map(String)) {
      const length = rank(domain.toLowerCase(), name);
      if (length !== undefined && length > (best?.length ?? -1)) best = { length, found };
    }
  }
  return best?.found;
}

function rank(domain: string, name: string): number | undefined {
  if (domain === "*") return 0;
  if (domain === name) return 10_000;
  if (!domain.startsWith("*")) return undefined;
  const suffix = domain.slice(1);
  return name.endsWith(suffix) && name.length > suffix.length ? suffix.length : undefined;
}

/** The first route that matches; undefined where Envoy answers 404. */
export function findRoute(virtualHost: Json, request: HttpRequest): Json {
  return listAt(virtualHost, "routes").find((route) => matchRoute(at(route, "match"), request));
}

function matchRoute(match: Json, { path, method, host, headers }: HttpRequest): boolean {
  const unknown = isObject(match) ? Object.keys(match).find((key) => !EVALUATED.has(key)) : undefined;
  if (unknown !== undefined) throw new Error(`not evaluated: a match by ${unknown}`);
  const [plain = "", query = ""] = path.split("?", 2);
  const pseudo: Record<string, string> = {
    ":method": method,
    ":authority": host,
    ":path": path,
    ":scheme": "http",
    host,
  };
  const parameters = new URLSearchParams(query);
  return (
    matchPath(match, plain) &&
    (at(match, "grpc") === undefined || /^application\/grpc(?:$|[+;])/.test(headers["content-type"] ?? "")) &&
    listAt(match, "headers").every((each) => {
      const name = (textAt(each, "name") ?? "").toLowerCase();
      return matchHeader(each, pseudo[name] ?? headers[name]);
    }) &&
    listAt(match, "queryParameters").every((each) => {
      const value = parameters.get(textAt(each, "name") ?? "");
      const text = at(each, "stringMatch");
      if (text === undefined) return (value !== null) === (at(each, "presentMatch") ?? true);
      return value !== null && matchText(text, value);
    })
  );
}

function matchPath(match: Json, path: string): boolean {
  const ignoresCase = at(match, "caseSensitive") === false;
  const fold = (each: string): string => (ignoresCase ? each.toLowerCase() : each);
  const value = fold(path);
  const exact = textAt(match, "path");
  if (exact !== undefined) return value === fold(exact);
  const prefix = textAt(match, "prefix");
  if (prefix !== undefined) return value.startsWith(fold(prefix));
  const separated = textAt(match, "pathSeparatedPrefix");
  if (separated !== undefined) return value === fold(separated) || value.startsWith(`${fold(separated)}/`);
  const regex = textAt(match, "safeRegex", "regex");
  if (regex !== undefined) return matchRegex(regex, path);
  throw new Error(`not evaluated: ${JSON.stringify(match)}`);
}
