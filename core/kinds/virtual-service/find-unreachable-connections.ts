import { type Diagnostic, warningAt } from "#core/diagnostic.ts";
import { tellMatches } from "#core/kinds/virtual-service/find-unreachable-routes.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";
import { stableText } from "#core/kinds/virtual-service/stable-text.ts";
import { formatPath, type Path } from "#core/schema/path.ts";

/**
 * Rules for connections that none reaches, because an earlier one takes them all or asks for the same (Istio's IST0130),
 * and matches of the others (IST0131).
 */
export function findUnreachableConnections({ tcp = [], tls = [] }: VirtualServiceSpec): Diagnostic[] {
  return [...findUnreachable(tcp, ["spec", "tcp"]), ...findUnreachable(tls, ["spec", "tls"])];
}

function findUnreachable(routes: readonly { readonly match?: readonly object[] }[], path: Path): Diagnostic[] {
  const known = new Map<string | undefined, Path>();
  let catchAll: Path | undefined;
  return routes.flatMap(({ match = [] }, index) => {
    const at = [...path, index];
    const texts = match.map(stableText);
    const takers = texts.map((text) => known.get(text));
    const taker = catchAll ?? (takers.every((each) => each !== undefined) ? takers[0] : undefined);
    texts.forEach((text, place) => {
      if (!known.has(text)) known.set(text, [...at, "match", place]);
    });
    if (match.length === 0) catchAll ??= at;
    return taker === undefined
      ? tellMatches(
          takers.map((each) => (each === undefined ? undefined : { path: each })),
          at,
          "connection",
        )
      : [
          warningAt(
            at,
            "unreachable-rule",
            `no connection reaches this rule: ${formatPath(taker)} takes them all`,
            "move it before that rule, or remove it",
          ),
        ];
  });
}
