import { spellPrincipal, spellTrustDomain } from "#core/identity/trust-domains.ts";
import type {
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationRule,
  AuthorizationSource,
} from "#core/kinds/authorization-policy/schema.ts";
import { isOfRequest, usesHttp } from "#core/kinds/authorization-policy/uses-http.ts";

/** What is known of a request. Undefined is not known; null is known to be missing. */
export interface RequestFacts {
  /** `TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, or null for a caller without a certificate. */
  readonly principal: string | null;
  /** The application's. */
  readonly ports: readonly number[] | undefined;
  readonly isHttp: boolean;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly host?: string | undefined;
}

export interface RuleHome {
  /** The policy's. */
  readonly namespace: string;
  readonly action: "ALLOW" | "DENY" | "AUDIT" | "CUSTOM";
  /** Those of which the mesh's identities are. */
  readonly trustDomains: readonly string[];
}

/** "maybe": what is not known decides. */
export type Match = "yes" | "no" | "maybe";

const IDENTITY = /^([^/]+)\/ns\/([^/]+)\/sa\/([^/]+)$/;

/** Whether a rule of an AuthorizationPolicy takes a request, as far as what was recorded of it tells. */
export function matchRule(rule: AuthorizationRule, facts: RequestFacts, home: RuleHome): Match {
  // A part that only HTTP knows keeps the whole rule from allowing connections, as in Istio.
  if (!facts.isHttp && home.action === "ALLOW" && usesHttp(rule)) return "no";
  return all([
    any(rule.from?.map(({ source }) => matchSource(source ?? {}, facts, home))),
    any(rule.to?.map(({ operation }) => matchOperation(operation ?? {}, facts))),
    ...(rule.when ?? []).map((condition) => matchCondition(condition, facts, home)),
  ]);
}

function all(matches: readonly Match[]): Match {
  if (matches.includes("no")) return "no";
  return matches.includes("maybe") ? "maybe" : "yes";
}

function any(matches: readonly Match[] | undefined): Match {
  if (matches === undefined || matches.length === 0 || matches.includes("yes")) return "yes";
  return matches.includes("maybe") ? "maybe" : "no";
}

function not(match: Match): Match {
  return match === "maybe" ? "maybe" : match === "yes" ? "no" : "yes";
}

/** `values` and `notValues` against a fact; what is missing matches nothing. */
function compare<T>(
  fact: T | null | undefined,
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
  matches: (value: string, fact: T) => boolean,
): Match {
  const test = (list: readonly string[]): Match => {
    if (fact === undefined) return "maybe";
    return fact !== null && list.some((value) => matches(value, fact)) ? "yes" : "no";
  };
  return all([
    values === undefined || values.length === 0 ? "yes" : test(values),
    notValues === undefined || notValues.length === 0 ? "yes" : not(test(notValues)),
  ]);
}

function unknown(...lists: readonly (readonly string[] | undefined)[]): Match {
  return lists.some((list) => list !== undefined && list.length > 0) ? "maybe" : "yes";
}

function matchSource(source: AuthorizationSource, { principal, isHttp }: RequestFacts, home: RuleHome): Match {
  const [, trustDomain = null, namespace = null] = IDENTITY.exec(principal ?? "") ?? [];
  return all([
    comparePrincipal(principal, source.principals, source.notPrincipals, home),
    compare(namespace, source.namespaces, source.notNamespaces, matchText),
    compareTrustDomain(trustDomain, source.trustDomains, source.notTrustDomains, home),
    compareAccount(principal, source.serviceAccounts, source.notServiceAccounts, home),
    // What tokens say is not recorded; of connections it is nothing that could be known.
    isHttp ? unknown(source.requestPrincipals, source.notRequestPrincipals) : "yes",
    unknown(source.ipBlocks, source.notIpBlocks, source.remoteIpBlocks, source.notRemoteIpBlocks),
  ]);
}

function comparePrincipal(
  principal: string | null,
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
  { trustDomains }: RuleHome,
): Match {
  return compare(principal, values, notValues, (value, own) =>
    spellPrincipal(value, trustDomains).some((each) => matchText(each, own)),
  );
}

function compareTrustDomain(
  trustDomain: string | null,
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
  { trustDomains }: RuleHome,
): Match {
  return compare(trustDomain, values, notValues, (value, own) =>
    spellTrustDomain(value, trustDomains).some((each) => matchText(each, own)),
  );
}

/** `namespace/account`, or an account of the policy's namespace, of the mesh's own trust domains. */
function compareAccount(
  principal: string | null,
  values: readonly string[] | undefined,
  notValues: readonly string[] | undefined,
  { trustDomains, namespace }: RuleHome,
): Match {
  return compare(principal, values, notValues, (value, own) => {
    const [of = "", account = ""] = value.includes("/") ? value.split("/", 2) : [namespace, value];
    return trustDomains.some((trustDomain) => own === `${trustDomain}/ns/${of}/sa/${account}`);
  });
}

function matchOperation(operation: AuthorizationOperation, facts: RequestFacts): Match {
  const { ports, isHttp, method, path, host } = facts;
  const port = compare(ports, operation.ports, operation.notPorts, (value, own) => own.map(String).includes(value));
  const { hosts, notHosts, methods, notMethods, paths, notPaths } = operation;
  // Of a connection nothing of it is known, and of the actions but ALLOW it is left out.
  if (!isHttp) return port;
  return all([
    port,
    compare(method, methods, notMethods, matchText),
    compare(path, paths, notPaths, matchPath),
    compare(host?.toLowerCase(), hosts, notHosts, (value, own) => matchText(value.toLowerCase(), own)),
  ]);
}

function matchCondition(
  { key, values, notValues }: AuthorizationCondition,
  facts: RequestFacts,
  home: RuleHome,
): Match {
  const [, trustDomain = null, namespace = null] = IDENTITY.exec(facts.principal ?? "") ?? [];
  // Of a connection nothing of it is known, and of the actions but ALLOW it is left out.
  if (!facts.isHttp && isOfRequest(key)) return "yes";
  switch (key) {
    case "source.trustDomain":
      return compareTrustDomain(trustDomain, values, notValues, home);
    case "source.principal":
      return comparePrincipal(facts.principal, values, notValues, home);
    case "source.serviceAccount":
      return compareAccount(facts.principal, values, notValues, home);
    case "source.namespace":
      return compare(namespace, values, notValues, matchText);
    case "destination.port":
      return compare(facts.ports, values, notValues, (value, own) => own.map(String).includes(value));
    case "request.headers[:method]":
      return compare(facts.method, values, notValues, matchText);
    default:
      return "maybe";
  }
}

/** Istio's values: whole, `prefix*`, `*suffix`, or `*` for anything that is there. */
function matchText(value: string, text: string): boolean {
  if (value === "*") return text !== "";
  if (value.startsWith("*")) return text.endsWith(value.slice(1));
  return value.endsWith("*") ? text.startsWith(value.slice(0, -1)) : text === value;
}

/** The same with `{*}` for one segment and `{**}` for the rest. */
function matchPath(value: string, path: string): boolean {
  if (!value.includes("{")) return matchText(value, path);
  const pattern = value
    .split(/(\{\*\*\}|\{\*\})/)
    .map((part) => (part === "{**}" ? ".*" : part === "{*}" ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${pattern.join("")}$`).test(path);
}
