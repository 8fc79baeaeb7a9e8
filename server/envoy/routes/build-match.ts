import type { StringMatch } from "#core/kinds/string-match.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type {
  HeaderMatcherSchema,
  QueryParameterMatcherSchema,
  RouteMatchSchema,
} from "#proto/gen/envoy/config/route/v3/route_components_pb.js";
import type { StringMatcherSchema } from "#proto/gen/envoy/type/matcher/v3/string_pb.js";
import type { Init } from "#server/envoy/pack.ts";

type HeaderInit = Init<typeof HeaderMatcherSchema>;
type MatchInit = Init<typeof RouteMatchSchema>;

export function buildStringMatcher(match: StringMatch): Init<typeof StringMatcherSchema> {
  if (match.exact !== undefined) return { matchPattern: { case: "exact", value: match.exact } };
  if (match.prefix !== undefined) return { matchPattern: { case: "prefix", value: match.prefix } };
  return { matchPattern: { case: "safeRegex", value: { regex: match.regex ?? "" } } };
}

/** `{}` means that the header is there, whatever it says. */
function isPresence(match: StringMatch): boolean {
  return match.exact === undefined && match.prefix === undefined && (match.regex === undefined || match.regex === "*");
}

function buildHeaderMatcher(name: string, match: StringMatch, invert = false): HeaderInit {
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

function buildPath(match: HttpMatch): MatchInit {
  const { uri } = match;
  const caseSensitive = match.ignoreUriCase === true ? { caseSensitive: false } : {};
  if (uri?.exact !== undefined) return { pathSpecifier: { case: "path", value: uri.exact }, ...caseSensitive };
  if (uri?.regex !== undefined) return { pathSpecifier: { case: "safeRegex", value: { regex: uri.regex } } };
  return { pathSpecifier: { case: "prefix", value: uri?.prefix ?? "/" }, ...caseSensitive };
}

function buildQueryParameter(name: string, match: StringMatch): Init<typeof QueryParameterMatcherSchema> {
  if (isPresence(match)) return { name, queryParameterMatchSpecifier: { case: "presentMatch", value: true } };
  return { name, queryParameterMatchSpecifier: { case: "stringMatch", value: buildStringMatcher(match) } };
}

/** One match of a VirtualService's HTTP route; absent matches everything. */
export function buildRouteMatch(match: HttpMatch | undefined): MatchInit {
  if (match === undefined) return { pathSpecifier: { case: "prefix", value: "/" } };
  const pseudo = [
    ...(match.method === undefined ? [] : [buildHeaderMatcher(":method", match.method)]),
    ...(match.authority === undefined ? [] : [buildHeaderMatcher(":authority", match.authority)]),
    ...(match.scheme === undefined ? [] : [buildHeaderMatcher(":scheme", match.scheme)]),
  ];
  return {
    ...buildPath(match),
    headers: [
      ...Object.entries(match.headers ?? {}).map(([name, value]) => buildHeaderMatcher(name, value)),
      ...Object.entries(match.withoutHeaders ?? {}).map(([name, value]) => buildHeaderMatcher(name, value, true)),
      ...pseudo,
    ],
    queryParameters: Object.entries(match.queryParams ?? {}).map(([name, value]) => buildQueryParameter(name, value)),
  };
}
