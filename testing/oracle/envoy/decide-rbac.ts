import { isInRange, matchHeader, matchText } from "#testing/oracle/envoy/match-text.ts";
import { at, entriesAt, isObject, type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

/** A request, or a connection where it has no method, as a called workload's policies see it. */
export interface Caller {
  /** Absent without mTLS. */
  readonly uri?: string;
  readonly address: string;
  readonly port: number;
  readonly sni?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a token that was checked. */
  readonly claims?: Json;
  /** What filters of rules have left on it. */
  readonly marks?: readonly string[];
}

const TOKENS = "envoy.filters.http.jwt_authn";
const DESTINATION = "1.1.1.1";

/** What RBAC filters with these rules say, one after the other. */
export function isLetIn(filters: readonly Json[], caller: Caller): boolean {
  return filters.every((rules) => {
    const action = textAt(rules, "action") ?? "ALLOW";
    return action === "LOG" || isHit(rules, caller) === (action === "ALLOW");
  });
}

/** Whether one of the policies is about it. */
export function isHit(rules: Json, caller: Caller): boolean {
  return entriesAt(rules, "policies").some(
    ([, policy]) =>
      listAt(policy, "principals").some((each) => isPrincipal(each, caller)) &&
      listAt(policy, "permissions").some((each) => isPermission(each, caller)),
  );
}

function headerOf(matcher: Json, { method, path, host, headers }: Caller): string | undefined {
  const name = (textAt(matcher, "name") ?? "").toLowerCase();
  const pseudo: Record<string, string | undefined> = { ":method": method, ":path": path, ":authority": host, host };
  return pseudo[name] ?? headers[name];
}

/** The one member of a oneof, by its name. */
function only(value: Json): readonly [string, Json] {
  const [entry] = isObject(value) ? Object.entries(value).filter(([name]) => name !== "@type") : [];
  return entry ?? ["none", undefined];
}

function isPrincipal(principal: Json, caller: Caller): boolean {
  const [kind, value] = only(principal);
  switch (kind) {
    case "any":
      return true;
    case "andIds":
      return listAt(value, "ids").every((each) => isPrincipal(each, caller));
    case "orIds":
      return listAt(value, "ids").some((each) => isPrincipal(each, caller));
    case "notId":
      return !isPrincipal(value, caller);
    case "authenticated": {
      const name = at(value, "principalName");
      return caller.uri !== undefined && (name === undefined || matchText(name, caller.uri));
    }
    case "filterState":
      return caller.uri !== undefined && matchText(at(value, "stringMatch"), caller.uri);
    case "directRemoteIp":
    case "remoteIp":
    case "sourceIp":
      return isInRange(value, caller.address);
    default:
      return isEither(kind, value, caller);
  }
}

function isPermission(permission: Json, caller: Caller): boolean {
  const [kind, value] = only(permission);
  switch (kind) {
    case "any":
      return true;
    case "andRules":
      return listAt(value, "rules").every((each) => isPermission(each, caller));
    case "orRules":
      return listAt(value, "rules").some((each) => isPermission(each, caller));
    case "notRule":
      return !isPermission(value, caller);
    case "destinationPort":
      return Number(value) === caller.port;
    case "destinationPortRange":
      return caller.port >= (numberAt(value, "start") ?? 0) && caller.port < (numberAt(value, "end") ?? 0);
    case "destinationIp":
      return isInRange(value, DESTINATION);
    case "requestedServerName":
      return matchText(value, caller.sni ?? "");
    case "uriTemplate":
      return matchTemplate(textAt(value, "typedConfig", "pathTemplate") ?? "", caller.path ?? "");
    default:
      return isEither(kind, value, caller);
  }
}

function isEither(kind: string, value: Json, caller: Caller): boolean {
  if (kind === "header") return matchHeader(value, headerOf(value, caller));
  if (kind === "urlPath")
    return caller.path !== undefined && matchText(at(value, "path"), caller.path.split("?")[0] ?? "");
  if (kind === "metadata" && textAt(value, "filter") === TOKENS) {
    const [payload, ...path] = listAt(value, "path").map((each) => textAt(each, "key") ?? "");
    return payload === "payload" && matchValue(at(value, "value"), at(caller.claims, ...path));
  }
  if (kind === "metadata" && textAt(value, "filter")?.endsWith(".rbac") === true)
    return caller.marks?.includes(textAt(value, "path", 0, "key") ?? "") === true;
  throw new Error(`not evaluated: ${kind} ${JSON.stringify(value)}`);
}

/** Envoy's ValueMatcher. */
function matchValue(matcher: Json, value: Json): boolean {
  const [kind, inner] = only(matcher);
  switch (kind) {
    case "stringMatch":
      return typeof value === "string" && matchText(inner, value);
    case "listMatch":
      return listAt(value).some((each) => matchValue(at(inner, "oneOf"), each));
    case "orMatch":
      return listAt(inner, "valueMatchers").some((each) => matchValue(each, value));
    case "presentMatch":
      return (value !== undefined) === inner;
    default:
      throw new Error(`not evaluated: ${JSON.stringify(matcher)}`);
  }
}

/** Envoy's path templates: `*` is a segment, `**` the rest or anything between. */
function matchTemplate(template: string, path: string): boolean {
  const parts = template.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]+" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`).test(path);
}
