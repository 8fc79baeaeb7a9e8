import { type Diagnostic, infoAt, warningAt } from "#core/diagnostic.ts";
import type { HttpMatch } from "#core/kinds/virtual-service/http-match.ts";
import type { HttpRoute } from "#core/kinds/virtual-service/http-route.ts";
import { stableText } from "#core/kinds/virtual-service/stable-text.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/** Each match is compared with those before it; in longer lists only the first so many are. */
const COMPARED_MAX = 300;

/** A match read once, so that comparing two costs no more than looking up numbers: equal values have the same. */
interface Compared {
  readonly uri: HttpMatch["uri"];
  /** Undefined: any. */
  readonly uriId: number | undefined;
  /** Of every other condition, by its field. */
  readonly rest: ReadonlyMap<string, number>;
}

/** Rules that no request reaches because an earlier one takes them all (Istio's IST0130), and matches of the others (IST0131). */
export function findUnreachableRoutes(routes: readonly HttpRoute[]): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const ids = new Map<string | undefined, number>();
  const earlier: { readonly match: Compared; readonly path: Path }[] = [];
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
    // What a delegate takes of it is not known here.
    if (route.delegate !== undefined) return;
    if (matches.length === 0 || matches.some(matchesAll)) {
      catchAll = path;
      return;
    }
    const compared = matches.map((match) => read(match, ids));
    const takers = compared.map((match) => earlier.find((other) => takesAll(other.match, match)));
    if (!takers.every((taker) => taker !== undefined)) issues.push(...tellMatches(takers, path));
    else {
      issues.push(
        warningAt(
          path,
          "unreachable-rule",
          `no request reaches this rule: ${formatPath(takers[0]?.path ?? [])} takes them all`,
          "move it before that rule",
        ),
      );
    }
    compared.slice(0, Math.max(0, COMPARED_MAX - earlier.length)).forEach((match, position) => {
      earlier.push({ match, path: [...path, "match", position] });
    });
  });
  return issues;
}

/** Of a rule that is reached by others of its matches. */
export function tellMatches(
  takers: readonly ({ readonly path: Path } | undefined)[],
  path: Path,
  what = "request",
): Diagnostic[] {
  return takers.flatMap((taker, index) =>
    taker === undefined
      ? []
      : [
          infoAt(
            [...path, "match", index],
            "unreachable-match",
            `no ${what} comes here by this match: ${formatPath(taker.path)} takes them all`,
            "leave it out, or move the rule before that one",
          ),
        ],
  );
}

function matchesAll(match: HttpMatch): boolean {
  const { name: _name, statPrefix: _stats, uri, ...rest } = match;
  return (
    Object.keys(rest).filter((key) => key !== "ignoreUriCase").length === 0 &&
    (uri === undefined || uri.prefix === "/" || uri.prefix === "" || uri.regex === ".*" || uri.regex === "/.*")
  );
}

function read(match: HttpMatch, ids: Map<string | undefined, number>): Compared {
  const { name: _name, statPrefix: _stats, uri, ...rest } = match;
  const idOf = (value: unknown): number => {
    const text = stableText(value);
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
  return {
    uri,
    uriId: uri === undefined ? undefined : idOf(uri),
    rest: new Map(
      Object.entries(rest).flatMap(([key, value]) => (value === undefined ? [] : [[key, idOf(value)] as const])),
    ),
  };
}

/** True when every request that `later` matches was matched by `earlier` already; false when in doubt. */
function takesAll(earlier: Compared, later: Compared): boolean {
  if (earlier.rest.size > later.rest.size) return false;
  for (const [key, id] of earlier.rest) if (later.rest.get(key) !== id) return false;
  if (earlier.uriId === undefined || earlier.uriId === later.uriId) return true;
  const prefix = earlier.uri?.prefix;
  if (prefix === undefined) return false;
  return (later.uri?.prefix ?? later.uri?.exact)?.startsWith(prefix) ?? false;
}
