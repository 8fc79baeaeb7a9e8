import { joinFirst, joinParts } from "#core/kinds/join-words.ts";
import type { Written } from "#core/kinds/kind.ts";
import type { SidecarSpec } from "#core/kinds/sidecar/schema.ts";

const NAMED_MAX = 4;

export function describeSidecar({ spec }: Written<SidecarSpec>): string {
  const { ingress = [], egress = [], inboundConnectionPool, outboundTrafficPolicy } = spec;
  const hosts = egress.flatMap((each) => each.hosts);
  return joinParts([
    ingress.length === 0
      ? ""
      : `Its workloads answer ${ingress.length === 1 ? "port" : "ports"} ${joinFirst(
          ingress.map((each) => String(each.port.number)),
          NAMED_MAX,
        )} alone`,
    hosts.length === 0 ? "" : `Callers know ${joinFirst(hosts, NAMED_MAX)}`,
    outboundTrafficPolicy === undefined
      ? ""
      : (outboundTrafficPolicy.mode ?? "REGISTRY_ONLY") === "REGISTRY_ONLY"
        ? "other captured calls are refused"
        : outboundTrafficPolicy.egressProxy === undefined
          ? "other captured calls go where the caller says"
          : `all other calls go to ${outboundTrafficPolicy.egressProxy.host}`,
    inboundConnectionPool === undefined ? "" : "sets the connection pool to the application",
  ]);
}
