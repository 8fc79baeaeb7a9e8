import { type Condition, unknown } from "#core/simulate/condition.ts";
import { isGrpc } from "#core/simulate/local-reply.ts";
import { formatFraction, readFraction } from "#core/simulate/read/fraction.ts";
import { readHeaderMatcher } from "#core/simulate/read/header-matcher.ts";
import { readMetadataMatcher } from "#core/simulate/read/metadata-matcher.ts";
import { lowerAscii, readRegex, readStringMatcher } from "#core/simulate/read/string-matcher.ts";
import type { Matched } from "#core/simulate/route.ts";
import type { QueryParameterMatcher, RouteMatch } from "#proto/gen/envoy/config/route/v3/route_components_pb.js";

const ALL = { parts: 100, of: 100 } as const;

/** All that a route asks of a request, and the part of its path that it matches. */
export function readRouteMatch(match: Partial<RouteMatch> = {}): {
  readonly conditions: readonly Condition[];
  readonly matched: Matched;
} {
  const { condition, matched } = readPath(match);
  const runtime = match.runtimeFraction?.defaultValue;
  return {
    conditions: [
      condition,
      ...(runtime === undefined ? [] : [readShare(readFraction(runtime, ALL))]),
      ...(match.headers ?? []).map(readHeaderMatcher),
      ...(match.queryParameters ?? []).map(readQueryParameter),
      ...(match.grpc === undefined ? [] : [IS_GRPC]),
      ...(match.tlsContext === undefined ? [] : [unknown("TLS context")]),
      ...(match.dynamicMetadata ?? []).map(readMetadataMatcher),
    ],
    matched,
  };
}

function readShare(share: { readonly parts: number; readonly of: number }): Condition {
  return { text: `${formatFraction(share)} of requests`, holds: (_, dice) => dice.chance(share.parts, share.of) };
}

const IS_GRPC: Condition = {
  text: "it is gRPC",
  holds: ({ headers }) => isGrpc(headers),
};

/** Paths are matched without query and fragment, and a rewrite replaces what was matched of them. */
function readPath({ pathSpecifier: wanted, caseSensitive = true }: Partial<RouteMatch>): {
  readonly condition: Condition;
  readonly matched: Matched;
} {
  const said = caseSensitive ? "" : ", whatever its case";
  const fold = caseSensitive ? (path: string): string => path : lowerAscii;
  const whole: Matched = (path) => path.length;
  switch (wanted?.case) {
    case "prefix": {
      const prefix = fold(wanted.value);
      return {
        condition: {
          text: `path begins with ${wanted.value}${said}`,
          holds: ({ pathOnly }) => fold(pathOnly).startsWith(prefix),
        },
        matched: () => prefix.length,
      };
    }
    case "path": {
      const path = fold(wanted.value);
      return {
        condition: { text: `path is ${wanted.value}${said}`, holds: ({ pathOnly }) => fold(pathOnly) === path },
        matched: whole,
      };
    }
    case "pathSeparatedPrefix": {
      const prefix = fold(wanted.value);
      return {
        condition: {
          text: `path is ${wanted.value} or below it${said}`,
          holds({ pathOnly }) {
            const path = fold(pathOnly);
            return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/");
          },
        },
        matched: () => prefix.length,
      };
    }
    case "safeRegex": {
      const { text, test } = readRegex(wanted.value.regex);
      return { condition: { text: `path ${text}`, holds: ({ pathOnly }) => test(pathOnly) }, matched: whole };
    }
    case "connectMatcher":
      return { condition: { text: "method is CONNECT", holds: ({ method }) => method === "CONNECT" }, matched: whole };
    default:
      return { condition: unknown(`path by ${wanted?.case ?? "nothing"}`), matched: whole };
  }
}

function readQueryParameter({ name, queryParameterMatchSpecifier: wanted }: QueryParameterMatcher): Condition {
  if (wanted.case === "stringMatch") {
    const { text, test } = readStringMatcher(wanted.value);
    return {
      text: `query parameter ${name} ${text}`,
      holds({ query }) {
        const value = query.get(name);
        return value !== undefined && test(value);
      },
    };
  }
  const isWanted = wanted.value ?? true;
  return {
    text: `query parameter ${name} is ${isWanted ? "present" : "absent"}`,
    holds: ({ query }) => query.has(name) === isWanted,
  };
}
