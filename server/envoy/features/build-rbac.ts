import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import type {
  GuardedCondition,
  GuardedOperation,
  GuardedSource,
  GuardingPolicy,
  GuardingRule,
} from "#core/resolve/guarding-policy.ts";
import { claimOfCondition } from "#core/schema/claim-path.ts";
import { formatPolicyName } from "#core/xds/policy-name.ts";
import {
  type PermissionSchema,
  type PrincipalSchema,
  RBAC_Action,
  type RBACSchema,
} from "#proto/gen/envoy/config/rbac/v3/rbac_pb.js";
import type { HeaderMatcherSchema } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import { isLookedAt } from "#server/envoy/features/authorizer-mark.ts";
import type { Guard } from "#server/envoy/features/guard.ts";
import {
  type MetadataInit,
  matchClaim,
  matchRequestPrincipal,
  type StringInit,
} from "#server/envoy/features/token-metadata.ts";
import type { Init } from "#server/envoy/pack.ts";

type PrincipalInit = Init<typeof PrincipalSchema>;
type PermissionInit = Init<typeof PermissionSchema>;

const ANY_PRINCIPAL: PrincipalInit = { identifier: { case: "any", value: true } };
const ANY_PERMISSION: PermissionInit = { rule: { case: "any", value: true } };
const NO_PERMISSION: PermissionInit = { rule: { case: "notRule", value: ANY_PERMISSION } };
/** In the order in which they are asked. */
export const RBAC_ACTIONS = ["AUDIT", "DENY", "ALLOW"] as const;
export type RbacAction = (typeof RBAC_ACTIONS)[number];

/** Istio's word for the mesh's own trust domain, whatever it is called. */
const OWN_TRUST_DOMAIN = "cluster.local";

export interface RbacInput extends Guard {
  readonly action: RbacAction;
  /** False for TCP: what only HTTP knows never matches an ALLOW, and is left out of the others, as in Istio. */
  readonly isHttp: boolean;
}

/** Where a rule stands: what its names are relative to, and what is known of the traffic it is built for. */
interface RuleContext extends RbacInput {
  /** Of the policy. */
  readonly namespace: string;
}

const ACTION = { ALLOW: RBAC_Action.ALLOW, DENY: RBAC_Action.DENY, AUDIT: RBAC_Action.LOG } as const;

/**
 * All policies of one action; undefined when there are none. With ALLOW, what no rule matches is refused. What somebody is to be
 * asked about who cannot be asked is refused, as in Istio; so is a request in a chain of filters that is older or newer than
 * these rules, and has nobody asked. Connections meet their rules in the chain itself.
 */
export function buildRbac(input: RbacInput): Init<typeof RBACSchema> | undefined {
  const asked = new Set(input.authorizers.map(({ provider }) => provider.name));
  const isOwn = ({ action, provider, isDryRun }: GuardingPolicy): boolean => {
    if (isDryRun || provider === undefined) return !isDryRun && action === input.action;
    return input.action === "DENY" && (input.isHttp || !asked.has(provider));
  };
  const unlessAsked = ({ provider }: GuardingPolicy): PermissionInit[] =>
    provider === undefined || !asked.has(provider) ? [] : [isNotLookedAt(provider)];
  return buildRules(input.policies.filter(isOwn), input, unlessAsked);
}

function isNotLookedAt(provider: string): PermissionInit {
  const value: PermissionInit = {
    rule: { case: "metadata", value: isLookedAt("envoy.filters.http.rbac", provider) },
  };
  return { rule: { case: "notRule", value } };
}

/** What policies of an action would do that are only tried; undefined when there are none. */
export function buildTriedRules(input: RbacInput): Init<typeof RBACSchema> | undefined {
  const own = input.policies.filter(({ action, isDryRun }) => isDryRun && action === input.action);
  return buildRules(own, input);
}

/**
 * As a filter carries them: Envoy counts what they would refuse under Istio's names, `istio_dry_run_deny_.shadow_denied` and its
 * like. For HTTP it takes the prefix of what it counts from the filter in the listener, and that of metadata from the route's.
 */
export function triedRules(shadowRules: Init<typeof RBACSchema> | undefined, action: RbacAction) {
  if (shadowRules === undefined) return undefined;
  return { shadowRules, shadowRulesStatPrefix: triedPrefix(action) };
}

export function triedPrefix(action: RbacAction): string {
  return `istio_dry_run_${action.toLowerCase()}_`;
}

/** What a provider is to be asked about; undefined where that is nothing on this port. */
export function buildCustomRules(
  provider: string,
  guard: Guard & Pick<RbacInput, "isHttp">,
): Init<typeof RBACSchema> | undefined {
  const own = guard.policies.filter((policy) => policy.provider === provider && !policy.isDryRun);
  const rules = buildRules(own, { ...guard, action: "DENY" });
  return Object.keys(rules?.policies ?? {}).length === 0 ? undefined : rules;
}

function buildRules(
  own: readonly GuardingPolicy[],
  input: RbacInput,
  besides: (policy: GuardingPolicy) => PermissionInit[] = () => [],
): Init<typeof RBACSchema> | undefined {
  if (own.length === 0) return undefined;
  const policies: NonNullable<Init<typeof RBACSchema>["policies"]> = {};
  for (const policy of own)
    for (const rule of policy.rules) {
      const { namespace, name } = policy;
      const built = buildPolicy(rule, { ...input, namespace }, besides(policy));
      if (built !== undefined) policies[formatPolicyName(namespace, name, rule.index)] = built;
    }
  return { action: ACTION[input.action], policies };
}

function buildPolicy(
  rule: GuardingRule,
  context: RuleContext,
  besides: readonly PermissionInit[],
): { principals: PrincipalInit[]; permissions: PermissionInit[] } | undefined {
  const { isHttp, action } = context;
  if (!bearsOnPort(rule, context.port)) return undefined;
  const conditions = (rule.when ?? []).map((condition) => buildCondition(condition, context));
  if (!isHttp && action === "ALLOW" && rule.usesHttp) return undefined;
  const keep = <T>(parts: readonly (Part<T> | undefined)[]): T[] =>
    parts.flatMap((part) => (part === undefined || (part.isHttp && !isHttp) ? [] : [part.value]));
  const when = {
    principals: keep(conditions.map((each) => each.principal)),
    permissions: keep(conditions.map((each) => each.permission)),
  };
  const sources = rule.from?.map(({ source }) => keep(sourceParts(source ?? {}, context))) ?? [[]];
  const operations = rule.to
    ?.filter(({ operation }) => allowsPort(operation ?? {}, context.port))
    .map(({ operation }) => keep(operationParts(operation ?? {}))) ?? [[]];
  return {
    principals: sources.map((parts) => allPrincipals([...parts, ...when.principals])),
    permissions: operations.map((parts) => allPermissions([...parts, ...when.permissions, ...besides])),
  };
}

interface Part<T> {
  readonly value: T;
  readonly isHttp: boolean;
}

const part = <T>(value: T, isHttp = false): Part<T> => ({ value, isHttp });

function allPrincipals(parts: readonly PrincipalInit[]): PrincipalInit {
  const [only] = parts;
  if (only === undefined) return ANY_PRINCIPAL;
  return parts.length === 1 ? only : { identifier: { case: "andIds", value: { ids: [...parts] } } };
}

function allPermissions(parts: readonly PermissionInit[]): PermissionInit {
  const [only] = parts;
  if (only === undefined) return ANY_PERMISSION;
  return parts.length === 1 ? only : { rule: { case: "andRules", value: { rules: [...parts] } } };
}

function anyPrincipal<V>(
  values: readonly V[] | undefined,
  build: (value: V) => PrincipalInit,
): PrincipalInit | undefined {
  if (values === undefined || values.length === 0) return undefined;
  return { identifier: { case: "orIds", value: { ids: values.map(build) } } };
}

function anyPermission<V>(
  values: readonly V[] | undefined,
  build: (value: V) => PermissionInit,
): PermissionInit | undefined {
  if (values === undefined || values.length === 0) return undefined;
  return { rule: { case: "orRules", value: { rules: values.map(build) } } };
}

const notPrincipal = (value: PrincipalInit | undefined): PrincipalInit | undefined =>
  value === undefined ? undefined : { identifier: { case: "notId", value } };
const notPermission = (value: PermissionInit | undefined): PermissionInit | undefined =>
  value === undefined ? undefined : { rule: { case: "notRule", value } };

function sourceParts(source: GuardedSource, context: RuleContext): (Part<PrincipalInit> | undefined)[] {
  const principal = (value: string) => authenticated(principalMatcher(value, context));
  const namespace = (value: string) => authenticated(regex(`.*/ns/${wild(value)}/sa/.*`));
  const account = (value: string) => authenticated(accountMatcher(value, context));
  const remote = (value: string) => remoteIp(value, context);
  const ofToken = [
    anyPrincipal(source.requestPrincipals, requestPrincipal),
    notPrincipal(anyPrincipal(source.notRequestPrincipals, requestPrincipal)),
  ];
  const ofConnection = [
    anyPrincipal(source.principals, principal),
    notPrincipal(anyPrincipal(source.notPrincipals, principal)),
    anyPrincipal(source.namespaces, namespace),
    notPrincipal(anyPrincipal(source.notNamespaces, namespace)),
    anyPrincipal(source.serviceAccounts, account),
    notPrincipal(anyPrincipal(source.notServiceAccounts, account)),
    anyPrincipal(source.ipBlocks, directIp),
    notPrincipal(anyPrincipal(source.notIpBlocks, directIp)),
    anyPrincipal(source.remoteIpBlocks, remote),
    notPrincipal(anyPrincipal(source.notRemoteIpBlocks, remote)),
  ];
  return [
    ...ofConnection.map((value) => (value === undefined ? undefined : part(value))),
    ...ofToken.map((value) => (value === undefined ? undefined : part(value, true))),
  ];
}

function operationParts(operation: GuardedOperation): (Part<PermissionInit> | undefined)[] {
  const header =
    (name: string, ignoreCase: boolean) =>
    (value: string): PermissionInit => ({ rule: { case: "header", value: headerMatcher(name, value, ignoreCase) } });
  const path = (value: string): PermissionInit => ({
    rule: {
      case: "urlPath",
      value: { rule: { case: "path", value: value.includes("{") ? regex(pathTemplate(value)) : stringMatcher(value) } },
    },
  });
  const http = (value: PermissionInit | undefined) => (value === undefined ? undefined : part(value, true));
  return [
    http(anyPermission(operation.hosts, header(":authority", true))),
    http(notPermission(anyPermission(operation.notHosts, header(":authority", true)))),
    http(anyPermission(operation.methods, header(":method", false))),
    http(notPermission(anyPermission(operation.notMethods, header(":method", false)))),
    http(anyPermission(operation.paths, path)),
    http(notPermission(anyPermission(operation.notPaths, path))),
  ];
}

/** `when`: values are alternatives, and none of notValues may hold. */
function buildCondition(
  { key, values, notValues }: GuardedCondition,
  context: RuleContext,
): { principal?: Part<PrincipalInit>; permission?: Part<PermissionInit> } {
  const both = (build: (value: string) => PrincipalInit, isHttp = false) => ({
    principal: part(
      allPrincipals(
        [anyPrincipal(values, build), notPrincipal(anyPrincipal(notValues, build))].filter(
          (each) => each !== undefined,
        ),
      ),
      isHttp,
    ),
  });
  const operation = (build: (value: string) => PermissionInit) => ({
    permission: part(
      allPermissions(
        [anyPermission(values, build), notPermission(anyPermission(notValues, build))].filter(
          (each) => each !== undefined,
        ),
      ),
    ),
  });
  const header = /^request\.headers\[(.+)\]$/.exec(key)?.[1];
  if (header !== undefined)
    return both((value) => ({ identifier: { case: "header", value: headerMatcher(header, value, false) } }), true);
  const claim = TOKEN_CONDITIONS[key] ?? claimOfCondition(key);
  if (claim !== undefined) return both((value) => metadata(matchClaim(claim, stringMatcher(value))), true);
  switch (key) {
    case "request.auth.principal":
      return both(requestPrincipal, true);
    case "source.principal":
      return both((value) => authenticated(principalMatcher(value, context)));
    case "source.namespace":
      return both((value) => authenticated(regex(`.*/ns/${wild(value)}/sa/.*`)));
    case "source.serviceAccount":
      return both((value) => authenticated(accountMatcher(value, context)));
    case "source.ip":
      return both(directIp);
    case "remote.ip":
      return both((value) => remoteIp(value, context));
    case "destination.ip":
      return operation((value) => ({ rule: { case: "destinationIp", value: cidr(value) } }));
    case "destination.port":
      // It holds, or the rule would have been left out.
      return {};
    case "connection.sni":
      return operation((value) => ({ rule: { case: "requestedServerName", value: stringMatcher(value) } }));
    default:
      // Ingest refuses every other key; one that came through opens nothing: it never allows, and is no reason not to deny.
      return { permission: part(context.action === "ALLOW" ? NO_PERMISSION : ANY_PERMISSION) };
  }
}

/** Conditions that are claims by another name. */
const TOKEN_CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  "request.auth.audiences": ["aud"],
  "request.auth.presenter": ["azp"],
};

function requestPrincipal(value: string): PrincipalInit {
  return allPrincipals(matchRequestPrincipal(value).map(metadata));
}

function metadata(matcher: MetadataInit): PrincipalInit {
  return { identifier: { case: "metadata", value: matcher } };
}

function authenticated(principalName: StringInit): PrincipalInit {
  return { identifier: { case: "authenticated", value: { principalName } } };
}

/**
 * Rules are built for one port, and what is about others is left out: a rule that cannot hold here leaves no trace, so that
 * editing it ends no connection of this port.
 */
function bearsOnPort({ to, when = [] }: GuardingRule, port: number): boolean {
  const operations = to ?? [];
  return (
    (operations.length === 0 || operations.some(({ operation }) => allowsPort(operation ?? {}, port))) &&
    when.every(({ key, values, notValues }) => key !== "destination.port" || holdsFor(port, values, notValues))
  );
}

function allowsPort({ ports, notPorts }: GuardedOperation, port: number): boolean {
  return holdsFor(port, ports, notPorts);
}

function holdsFor(port: number, wanted: readonly string[] = [], unwanted: readonly string[] = []): boolean {
  const isIn = (list: readonly string[]) => list.some((value) => Number(value) === port);
  return (wanted.length === 0 || isIn(wanted)) && !isIn(unwanted);
}

function directIp(value: string): PrincipalInit {
  return { identifier: { case: "directRemoteIp", value: cidr(value) } };
}

/** The client's address: as a trusted proxy forwards it, else that of whoever connects. */
function remoteIp(value: string, { trustsForwardedFor, isHttp }: RuleContext): PrincipalInit {
  const forwarded: PrincipalInit = { identifier: { case: "remoteIp", value: cidr(value) } };
  if (trustsForwardedFor === "everybody") return forwarded;
  const trusted = anyPrincipal(isHttp ? trustsForwardedFor : [], (uri) =>
    authenticated({ matchPattern: { case: "exact", value: uri } }),
  );
  if (trusted === undefined) return directIp(value);
  const isOther: PrincipalInit = { identifier: { case: "notId", value: trusted } };
  return {
    identifier: {
      case: "orIds",
      value: { ids: [allPrincipals([trusted, forwarded]), allPrincipals([isOther, directIp(value)])] },
    },
  };
}

/** Istio's principals lack the scheme: `cluster.local/ns/default/sa/productpage`. */
function principalMatcher(value: string, { trustDomain }: RuleContext): StringInit {
  if (value === "*") return regex(".+");
  if (value.startsWith("*")) return { matchPattern: { case: "suffix", value: value.slice(1) } };
  const own = `${OWN_TRUST_DOMAIN}/`;
  const full = `spiffe://${value.startsWith(own) ? `${trustDomain}/${value.slice(own.length)}` : value}`;
  if (full.endsWith("*")) return { matchPattern: { case: "prefix", value: full.slice(0, -1) } };
  return { matchPattern: { case: "exact", value: full } };
}

/** `namespace/account`, or an account of the policy's namespace. */
function accountMatcher(value: string, { trustDomain, namespace }: RuleContext): StringInit {
  const [of = "", serviceAccount = ""] = value.includes("/") ? value.split("/", 2) : [namespace, value];
  return { matchPattern: { case: "exact", value: formatSpiffeId({ trustDomain, namespace: of, serviceAccount }) } };
}

/** `*`, `prefix*`, `*suffix`, or exact. */
function stringMatcher(value: string): StringInit {
  if (value === "*") return regex(".+");
  if (value.startsWith("*")) return { matchPattern: { case: "suffix", value: value.slice(1) } };
  if (value.endsWith("*")) return { matchPattern: { case: "prefix", value: value.slice(0, -1) } };
  return { matchPattern: { case: "exact", value } };
}

function headerMatcher(name: string, value: string, ignoreCase: boolean): Init<typeof HeaderMatcherSchema> {
  if (value === "*") return { name, headerMatchSpecifier: { case: "presentMatch", value: true } };
  return {
    name,
    headerMatchSpecifier: {
      case: "stringMatch",
      value: { ...stringMatcher(value), ...(ignoreCase ? { ignoreCase: true } : {}) },
    },
  };
}

function regex(value: string): StringInit {
  return { matchPattern: { case: "safeRegex", value: { regex: value } } };
}

function wild(value: string): string {
  return value.split("*").map(escapeRegex).join(".*");
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** `/a/{*}/b` and `/a/{**}`: one segment, or any number. */
function pathTemplate(value: string): string {
  return value
    .split(/(\{\*\*?\})/)
    .map((each) => (each === "{*}" ? "[^/]+" : each === "{**}" ? ".*" : escapeRegex(each)))
    .join("");
}

function cidr(value: string): { addressPrefix: string; prefixLen: number } {
  const [address = "", bits] = value.split("/", 2);
  return { addressPrefix: address, prefixLen: bits === undefined ? (address.includes(":") ? 128 : 32) : Number(bits) };
}
