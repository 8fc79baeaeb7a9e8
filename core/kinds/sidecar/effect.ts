import { joinParts, joinWords } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import type { SidecarSpec } from "#core/kinds/sidecar/schema.ts";

const NAMED_MAX = 4;

export function describeSidecar({ spec }: Written<SidecarSpec>): string {
  const { egress = [], inboundConnectionPool, outboundTrafficPolicy } = spec;
  const hosts = egress.flatMap((each) => each.hosts);
  const named = hosts.slice(0, NAMED_MAX);
  const more = hosts.length - named.length;
  const callable = joinWords(more === 0 ? named : [...named, `${more} more`], "and");
  return joinParts([
    hosts.length === 0 ? "" : `Callers know ${callable}`,
    outboundTrafficPolicy === undefined
      ? ""
      : (outboundTrafficPolicy.mode ?? "REGISTRY_ONLY") === "REGISTRY_ONLY"
        ? "other captured calls are refused"
        : "other captured calls go where the caller says",
    inboundConnectionPool === undefined ? "" : "sets the connection pool to the application",
  ]);
}
