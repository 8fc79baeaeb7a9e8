import type { RouteMatch, TextMatch } from "#core/resolve/route-rule.ts";
import { claimOfRoute } from "#core/schema/claim-path.ts";
import type {
  HeaderMatcherSchema,
  QueryParameterMatcherSchema,
  RouteMatchSchema,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { StringMatcherSchema } from "#proto/gen/envoy/type/matcher/v3/string_pb.js";
import { type MetadataInit, matchClaim } from "#server/envoy/features/token-metadata.ts";
import type { Init } from "#server/envoy/pack.ts";

type HeaderInit = Init<typeof HeaderMatcherSchema>;
type MatchInit = Init<typeof RouteMatchSchema>;

export function buildStringMatcher(match: TextMatch): Init<typeof StringMatcherSchema> {
  if (match.exact !== undefined) return { matchPattern: { case: "exact", value: match.exact } };
  if (match.prefix !== undefined) return { matchPattern: { case: "prefix", value: match.prefix } };
  return { matchPattern: { case: "safeRegex", value: { regex: match.regex ?? "" } } };
}

/** `{}` means that the header is there, whatever it says. */
function isPresence(match: TextMatch): boolean {
  return match.exact === undefined && match.prefix === undefined && (match.regex === undefined || match.regex === "*");
}

function buildHeaderMatcher(name: string, match: TextMatch, invert = false): HeaderInit {
  const inverted = invert ? { invertMatch: true } : {};
  if (isPresence(match)) return { name, ...inverted, headerMatchSpecifier: { case: "presentMatch", value: true } };
  // "without" holds for a request that has no such header at all.
  const missing = invert ? { treatMissingHeaderAsEmpty: true } : {};
  return {
    name,
    ...inverted,
    ...missing,
    headerMatchSpecifier: { case: "stringMatch", value: buildStringMatcher(match) },
  };
}

/** Of a token that was checked. One that is there, whatever it says, says something. */
function buildClaimMatcher(claim: readonly string[], match: TextMatch, invert: boolean): MetadataInit {
  const text: Init<typeof StringMatcherSchema> = isPresence(match)
    ? { matchPattern: { case: "safeRegex", value: { regex: ".+" } } }
    : buildStringMatcher(match);
  return { ...matchClaim(claim, text), ...(invert ? { invert: true } : {}) };
}

function buildPath(match: RouteMatch): MatchInit {
  const { uri } = match;
  const caseSensitive = match.ignoreUriCase === true ? { caseSensitive: false } : {};
  if (uri?.exact !== undefined) return { pathSpecifier: { case: "path", value: uri.exact }, ...caseSensitive };
  if (uri?.regex !== undefined) return { pathSpecifier: { case: "safeRegex", value: { regex: uri.regex } } };
  return { pathSpecifier: { case: "prefix", value: uri?.prefix ?? "/" }, ...caseSensitive };
}

function buildQueryParameter(name: string, match: TextMatch): Init<typeof QueryParameterMatcherSchema> {
  if (isPresence(match)) return { name, queryParameterMatchSpecifier: { case: "presentMatch", value: true } };
  return { name, queryParameterMatchSpecifier: { case: "stringMatch", value: buildStringMatcher(match) } };
}

/** One match of a VirtualService's HTTP route; absent matches everything. */
export function buildRouteMatch(match: RouteMatch | undefined): MatchInit {
  if (match === undefined) return { pathSpecifier: { case: "prefix", value: "/" } };
  const pseudo = [
    ...(match.method === undefined ? [] : [buildHeaderMatcher(":method", match.method)]),
    ...(match.authority === undefined ? [] : [buildHeaderMatcher(":authority", match.authority)]),
    ...(match.scheme === undefined ? [] : [buildHeaderMatcher(":scheme", match.scheme)]),
  ];
  const wanted = [
    ...Object.entries(match.headers ?? {}).map(([name, value]) => ({ name, value, invert: false })),
    ...Object.entries(match.withoutHeaders ?? {}).map(([name, value]) => ({ name, value, invert: true })),
  ];
  const dynamicMetadata = wanted.flatMap(({ name, value, invert }) => {
    const claim = claimOfRoute(name);
    return claim === undefined ? [] : [buildClaimMatcher(claim, value, invert)];
  });
  return {
    ...buildPath(match),
    headers: [
      ...wanted
        .filter(({ name }) => claimOfRoute(name) === undefined)
        .map(({ name, value, invert }) => buildHeaderMatcher(name, value, invert)),
      ...pseudo,
    ],
    ...(dynamicMetadata.length === 0 ? {} : { dynamicMetadata }),
    queryParameters: Object.entries(match.queryParams ?? {}).map(([name, value]) => buildQueryParameter(name, value)),
  };
}
