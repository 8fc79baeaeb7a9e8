import { allOf } from "#core/simulate/condition.ts";
import { headerName } from "#core/simulate/read/header-matcher.ts";
import { readRouteMatch } from "#core/simulate/read/route-match.ts";
import {
  bareAudience,
  type TokenConfig,
  type TokenProvider,
  type TokenRequirement,
} from "#core/simulate/tokens/token-config.ts";
import { readTokenKeys } from "#core/simulate/tokens/token-keys.ts";
import type {
  JwtAuthentication,
  JwtProvider,
  JwtRequirement,
  RequirementRule,
} from "#proto/gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js";

type Providers = Readonly<Record<string, TokenProvider>>;
/** Where a provider says nothing. */
const SKEW_SECONDS = 60;
const BEARER = { name: "authorization", prefix: "Bearer " } as const;

export function readTokenFilter(config: JwtAuthentication): TokenConfig {
  const all = Object.values(config.providers);
  const providers = Object.fromEntries(
    Object.entries(config.providers).map(([name, provider]): [string, TokenProvider] => [name, readProvider(provider)]),
  );
  return {
    kind: "tokens",
    rules: config.rules.map((rule) => ({
      condition: allOf(readRouteMatch(rule.match).conditions),
      requirement: readRule(rule, providers, config.requirementMap),
    })),
    sanitizes: [
      ...new Set(
        all.flatMap(({ forwardPayloadHeader, claimToHeaders }) =>
          [forwardPayloadHeader, ...claimToHeaders.map(({ headerName: name }) => name)].filter((name) => name !== ""),
        ),
      ),
    ].map(headerName),
    bypassesPreflight: config.bypassCorsPreflight,
  };
}

function readProvider(provider: JwtProvider): TokenProvider {
  const { fromHeaders, fromParams, fromCookies, jwksSourceSpecifier: source } = provider;
  const isSaid = fromHeaders.length + fromParams.length + fromCookies.length > 0;
  const specifier = source.case === "localJwks" ? source.value.specifier : undefined;
  const headers = fromHeaders.map(({ name, valuePrefix }) => ({ name: headerName(name), prefix: valuePrefix }));
  const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
  return {
    issuer: provider.issuer,
    audiences: new Set(provider.audiences.map(bareAudience)),
    keys: specifier?.case === "inlineString" ? readTokenKeys(specifier.value) : [],
    skewSeconds: provider.clockSkewSeconds || SKEW_SECONDS,
    places: isSaid
      ? {
          headers: [...new Map(headers.map((each) => [each.name + each.prefix, each]))]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([, each]) => each),
          params: sorted(fromParams),
          cookies: sorted(fromCookies),
        }
      : { headers: [BEARER], params: ["access_token"], cookies: [] },
    isForwarded: provider.forward,
    payloadHeader: provider.forwardPayloadHeader === "" ? "" : headerName(provider.forwardPayloadHeader),
    claimHeaders: provider.claimToHeaders.map((each) => ({
      header: headerName(each.headerName),
      claim: each.claimName,
    })),
    payloadKey: provider.payloadInMetadata,
    spaceDelimited: provider.normalizePayloadInMetadata?.spaceDelimitedClaims ?? [],
    clearsRoute: provider.clearRouteCache,
  };
}

function readRule(
  { requirementType: wanted }: RequirementRule,
  providers: Providers,
  named: JwtAuthentication["requirementMap"],
): TokenRequirement {
  if (wanted.case === undefined) return { kind: "nothing" };
  const requirement = wanted.case === "requires" ? wanted.value : named[wanted.value];
  return requirement === undefined
    ? { kind: "unknown", what: "a requirement that is not there" }
    : readRequirement(requirement, providers);
}

function readRequirement({ requiresType: wanted }: JwtRequirement, providers: Providers): TokenRequirement {
  const isOptional = (each: JwtRequirement): boolean =>
    each.requiresType.case === "allowMissing" || each.requiresType.case === "allowMissingOrFailed";
  switch (wanted.case) {
    case "providerName": {
      const provider = providers[wanted.value];
      return provider === undefined ? { kind: "unknown", what: wanted.value } : { kind: "provider", provider };
    }
    case "requiresAny":
      return {
        kind: "any",
        of: wanted.value.requirements
          .filter((each) => !isOptional(each))
          .map((each) => readRequirement(each, providers)),
        allowsMissing: wanted.value.requirements.some((each) => each.requiresType.case === "allowMissing"),
        allowsFailed: wanted.value.requirements.some((each) => each.requiresType.case === "allowMissingOrFailed"),
      };
    case "requiresAll":
      return { kind: "all", of: wanted.value.requirements.map((each) => readRequirement(each, providers)) };
    case undefined:
      return { kind: "nothing" };
    default:
      return { kind: "unknown", what: wanted.case };
  }
}
