import { isWithin, parseCidr } from "#core/simulate/address.ts";
import { ALWAYS, allOf, anyOf, type Condition, not, unknown } from "#core/simulate/condition.ts";
import type { Exchange } from "#core/simulate/exchange.ts";
import type { RbacConfig, RbacRules } from "#core/simulate/filter.ts";
import { readHeaderMatcher } from "#core/simulate/read/header-matcher.ts";
import { readMetadataMatcher } from "#core/simulate/read/metadata-matcher.ts";
import { readStringMatcher, type TextTest } from "#core/simulate/read/string-matcher.ts";
import type { CidrRange } from "#proto/gen/envoy/config/core/v3/address_pb.js";
import {
  type Permission,
  type Principal,
  type Principal_Authenticated,
  type RBAC,
  RBAC_Action,
} from "#proto/gen/envoy/config/rbac/v3/rbac_pb.js";
import type { PathMatcher } from "#proto/gen/envoy/type/matcher/v3/path_pb.js";

const ACTION = { [RBAC_Action.ALLOW]: "ALLOW", [RBAC_Action.DENY]: "DENY", [RBAC_Action.LOG]: "LOG" } as const;

/** What a filter enforces, and what it tries; of an HTTP filter and of a network filter alike. */
export function readRbacConfig({
  rules,
  shadowRules,
  shadowRulesStatPrefix = "",
}: {
  readonly rules?: RBAC | undefined;
  readonly shadowRules?: RBAC | undefined;
  readonly shadowRulesStatPrefix?: string;
}): RbacConfig {
  return {
    kind: "rbac",
    rules: rules === undefined ? undefined : readRules(rules),
    shadow: shadowRules === undefined ? undefined : readRules(shadowRules),
    mark: shadowRulesStatPrefix,
  };
}

/** Whether one of the policies takes a request, whatever the action is. */
export function readRbacMatch(rules: RBAC): Condition {
  return anyOf(readRules(rules).policies.map(({ permission, principal }) => allOf([permission, principal])));
}

function readRules({ action, policies }: RBAC): RbacRules {
  return {
    action: ACTION[action],
    policies: Object.entries(policies)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { permissions, principals }]) => ({
        name,
        permission: anyOf(permissions.map(readPermission)),
        principal: anyOf(principals.map(readPrincipal)),
      })),
  };
}

function readPermission({ rule }: Permission): Condition {
  switch (rule.case) {
    case "any":
      return ALWAYS;
    case "andRules":
      return allOf(rule.value.rules.map(readPermission));
    case "orRules":
      return anyOf(rule.value.rules.map(readPermission));
    case "notRule":
      return not(readPermission(rule.value));
    case "header":
      return readHeaderMatcher(rule.value);
    case "urlPath":
      return readPath(rule.value);
    case "destinationIp":
      return readCidr("destination address", rule.value, ({ connection }) => connection.local);
    case "destinationPort":
      return {
        text: `destination port is ${rule.value}`,
        holds: ({ connection }) => connection.localPort === rule.value,
      };
    case "destinationPortRange": {
      const { start, end } = rule.value;
      return {
        text: `destination port is from ${start} up to ${end}`,
        holds: ({ connection: { localPort } }) => localPort >= start && localPort < end,
      };
    }
    case "requestedServerName": {
      const { text, test } = readStringMatcher(rule.value);
      return { text: `server name (SNI) ${text}`, holds: ({ connection }) => test(connection.tls?.serverName ?? "") };
    }
    case "metadata":
      return readMetadataMatcher(rule.value);
    default:
      return unknown(`permission ${rule.case ?? "without a rule"}`);
  }
}

function readPrincipal({ identifier }: Principal): Condition {
  switch (identifier.case) {
    case "any":
      return ALWAYS;
    case "andIds":
      return allOf(identifier.value.ids.map(readPrincipal));
    case "orIds":
      return anyOf(identifier.value.ids.map(readPrincipal));
    case "notId":
      return not(readPrincipal(identifier.value));
    case "authenticated":
      return readAuthenticated(identifier.value);
    case "sourceIp":
      return readCidr("source address", identifier.value, ({ connection }) => connection.remote);
    case "directRemoteIp":
      return readCidr("address of who connects", identifier.value, ({ connection }) => connection.remote);
    case "remoteIp":
      return readCidr("client address", identifier.value, ({ client }) => client);
    case "header":
      return readHeaderMatcher(identifier.value);
    case "urlPath":
      return readPath(identifier.value);
    case "metadata":
      return readMetadataMatcher(identifier.value);
    default:
      return unknown(`principal ${identifier.case ?? "without an identifier"}`);
  }
}

function readPath({ rule }: PathMatcher): Condition {
  if (rule.case !== "path") return unknown("path without a rule");
  const { text, test } = readStringMatcher(rule.value);
  return { text: `path ${text}`, holds: ({ pathOnly }) => test(pathOnly) };
}

function readCidr(
  of: string,
  { addressPrefix, prefixLen }: CidrRange,
  pick: (exchange: Exchange) => Exchange["client"],
): Condition {
  const range = parseCidr(addressPrefix, prefixLen ?? 0);
  if (range === undefined) return unknown(`${of} in ${addressPrefix}`);
  return {
    text: `${of} is in ${addressPrefix}/${prefixLen ?? 0}`,
    holds: (exchange) => isWithin(range, pick(exchange)),
  };
}

/** A certificate's URIs, else its DNS names, else its subject: one of them has to match. In plain text nobody is authenticated. */
function readAuthenticated({ principalName }: Principal_Authenticated): Condition {
  if (principalName === undefined)
    return { text: "the peer came over TLS", holds: ({ connection }) => connection.tls !== undefined };
  const { text, test }: TextTest = readStringMatcher(principalName);
  return {
    text: `principal ${text}`,
    holds({ connection: { tls } }) {
      if (tls === undefined) return false;
      const { peer } = tls;
      if (peer === undefined) return test("");
      for (const uri of peer.uris) if (test(uri)) return true;
      for (const name of peer.dnsNames) if (test(name)) return true;
      return test(peer.subject);
    },
  };
}
