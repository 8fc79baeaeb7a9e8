import { formatSpiffeId } from "#core/identity/spiffe-id.ts";
import { spellPrincipal, spellTrustDomain } from "#core/identity/trust-domains.ts";
import type { GuardedCondition, GuardedOperation, GuardedSource } from "#core/resolve/guarding-policy.ts";
import { claimOfCondition } from "#core/schema/claim-path.ts";
import { pathPattern } from "#core/schema/path-pattern.ts";
import type { PermissionSchema, PrincipalSchema } from "#proto/gen/envoy/config/rbac/v3/rbac_pb.js";
import type { RuleContext } from "#server/envoy/features/rbac-input.ts";
import { cidr, headerMatcher, regex, stringMatcher, wild } from "#server/envoy/features/rbac-matchers.ts";
import {
  type MetadataInit,
  matchClaim,
  matchRequestPrincipal,
  type StringInit,
} from "#server/envoy/features/token-metadata.ts";
import type { Init } from "#server/envoy/pack.ts";

export type PrincipalInit = Init<typeof PrincipalSchema>;
export type PermissionInit = Init<typeof PermissionSchema>;

const ANY_PRINCIPAL: PrincipalInit = { identifier: { case: "any", value: true } };
const ANY_PERMISSION: PermissionInit = { rule: { case: "any", value: true } };
const NO_PERMISSION: PermissionInit = { rule: { case: "notRule", value: ANY_PERMISSION } };

/** Of what a rule asks for. */
export interface Part<T> {
  readonly value: T;
  readonly isHttp: boolean;
}

const part = <T>(value: T, isHttp = false): Part<T> => ({ value, isHttp });

export function allPrincipals(parts: readonly PrincipalInit[]): PrincipalInit {
  const [only] = parts;
  if (only === undefined) return ANY_PRINCIPAL;
  return parts.length === 1 ? only : { identifier: { case: "andIds", value: { ids: [...parts] } } };
}

export function allPermissions(parts: readonly PermissionInit[]): PermissionInit {
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

export function sourceParts(source: GuardedSource, context: RuleContext): (Part<PrincipalInit> | undefined)[] {
  const principal = (value: string) => ofIdentity(value, context);
  const namespace = (value: string) => authenticated(regex(`.*/ns/${wild(value)}/sa/.*`));
  const account = (value: string) => ofAccount(value, context);
  const remote = (value: string) => remoteIp(value, context);
  const trustDomain = (value: string) => ofTrustDomain(value, context);
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
    anyPrincipal(source.trustDomains, trustDomain),
    notPrincipal(anyPrincipal(source.notTrustDomains, trustDomain)),
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

export function operationParts(operation: GuardedOperation): (Part<PermissionInit> | undefined)[] {
  const header =
    (name: string, ignoreCase: boolean) =>
    (value: string): PermissionInit => ({ rule: { case: "header", value: headerMatcher(name, value, ignoreCase) } });
  const path = (value: string): PermissionInit => ({
    rule: {
      case: "urlPath",
      value: { rule: { case: "path", value: value.includes("{") ? regex(pathPattern(value)) : stringMatcher(value) } },
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
export function buildCondition(
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
      return both((value) => ofIdentity(value, context));
    case "source.namespace":
      return both((value) => authenticated(regex(`.*/ns/${wild(value)}/sa/.*`)));
    case "source.serviceAccount":
      return both((value) => ofAccount(value, context));
    case "source.trustDomain":
      return both((value) => ofTrustDomain(value, context));
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
function ofIdentity(value: string, { trustDomains }: RuleContext): PrincipalInit {
  return anyOf(spellPrincipal(value, trustDomains).map(identityMatcher));
}

function identityMatcher(value: string): StringInit {
  if (value === "*") return regex(".+");
  if (value.startsWith("*")) return { matchPattern: { case: "suffix", value: value.slice(1) } };
  const full = `spiffe://${value}`;
  if (full.endsWith("*")) return { matchPattern: { case: "prefix", value: full.slice(0, -1) } };
  return { matchPattern: { case: "exact", value: full } };
}

function anyOf(matchers: readonly StringInit[]): PrincipalInit {
  const ids = matchers.map(authenticated);
  const [only] = ids;
  return only !== undefined && ids.length === 1 ? only : { identifier: { case: "orIds", value: { ids } } };
}

/** Whoever has a certificate of a trust domain. */
function ofTrustDomain(value: string, { trustDomains }: RuleContext): PrincipalInit {
  return anyOf(spellTrustDomain(value, trustDomains).map(trustDomainMatcher));
}

function trustDomainMatcher(value: string): StringInit {
  if (value === "*") return { matchPattern: { case: "prefix", value: "spiffe://" } };
  if (value.includes("*")) return regex(`spiffe://${wild(value, "[^/]*")}/.*`);
  return { matchPattern: { case: "prefix", value: `spiffe://${value}/` } };
}

/** `namespace/account`, or an account of the policy's namespace. */
function ofAccount(value: string, { trustDomains, namespace: own }: RuleContext): PrincipalInit {
  const [namespace = "", serviceAccount = ""] = value.includes("/") ? value.split("/", 2) : [own, value];
  return anyOf(
    trustDomains.map((trustDomain) => ({
      matchPattern: { case: "exact", value: formatSpiffeId({ trustDomain, namespace, serviceAccount }) },
    })),
  );
}
