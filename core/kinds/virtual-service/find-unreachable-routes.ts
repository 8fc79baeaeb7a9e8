import { type Diagnostic, warningAt } from "#core/diagnostic.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/** Each match is compared with those before it; in longer lists only the first so many are. */
const COMPARED_MAX = 300;

/** Rules that no request reaches because an earlier one takes them all (Istio's IST0130). */
export function findUnreachableRoutes(routes: readonly HttpRoute[]): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const earlier: { readonly match: HttpMatch; readonly path: Path }[] = [];
  let catchAll: Path | undefined;
  routes.forEach((route, index) => {
    const path = ["spec", "http", index];
    const matches = route.match ?? [];
    if (catchAll !== undefined) {
      issues.push(
        warningAt(
          path,
          "unreachable-rule",
          `no request reaches this rule: ${formatPath(catchAll)} takes them all`,
          "move it before that rule",
        ),
      );
      return;
    }
    if (matches.length === 0 || matches.some(matchesAll)) {
      catchAll = path;
      return;
    }
    const takers = matches.map((match) => earlier.find((other) => takesAll(other.match, match)));
    if (takers.every((taker) => taker !== undefined)) {
      issues.push(
        warningAt(
          path,
          "unreachable-rule",
          `no request reaches this rule: ${formatPath(takers[0]?.path ?? [])} takes them all`,
          "move it before that rule",
        ),
      );
    }
    matches.slice(0, Math.max(0, COMPARED_MAX - earlier.length)).forEach((match, position) => {
      earlier.push({ match, path: [...path, "match", position] });
    });
  });
  return issues;
}

function matchesAll(match: HttpMatch): boolean {
  const { name: _name, uri, ...rest } = match;
  return (
    Object.keys(rest).filter((key) => key !== "ignoreUriCase").length === 0 &&
    (uri === undefined || uri.prefix === "/" || uri.prefix === "" || uri.regex === ".*" || uri.regex === "/.*")
  );
}

/** True when every request that `later` matches was matched by `earlier` already; false when in doubt. */
function takesAll(earlier: HttpMatch, later: HttpMatch): boolean {
  const { name: _a, uri: earlierUri, ...earlierRest } = earlier;
  const { name: _b, uri: laterUri, ...laterRest } = later;
  const isNarrower = Object.entries(earlierRest).every(
    ([key, value]) => stable(value) === stable(laterRest[key as keyof typeof laterRest]),
  );
  if (!isNarrower) return false;
  if (earlierUri === undefined) return true;
  if (laterUri === undefined) return false;
  if (stable(earlierUri) === stable(laterUri)) return true;
  const prefix = earlierUri.prefix;
  if (prefix === undefined) return false;
  return (laterUri.prefix ?? laterUri.exact)?.startsWith(prefix) ?? false;
}

function stable(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
