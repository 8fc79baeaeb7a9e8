import { joinWords } from "#core/kinds/join-words.ts";
import type { TcpMatch, TlsMatch } from "#core/kinds/virtual-service/connection-match.ts";
import { describeShares } from "#core/kinds/virtual-service/describe-shares.ts";
import type { VirtualServiceSpec } from "#core/kinds/virtual-service/schema.ts";
import type { RouteDestination } from "#core/kinds/virtual-service/tcp-route.ts";
import { writeLabels } from "#core/kinds/write-labels.ts";
import type { Draft } from "#core/schema/read-draft.ts";

/** What becomes of connections, one sentence for each rule in the order in which they are tried; also of unfinished rules. */
export function describeConnections({ tls = [], tcp = [] }: Draft<Pick<VirtualServiceSpec, "tls" | "tcp">>): string[] {
  return [
    ...tls.map(({ match = [], route = [] }) => sentence("TLS", match.map(describeTls), route)),
    ...tcp.map(({ match = [], route = [] }) => sentence("TCP", match.map(describeTcp), route)),
  ];
}

function sentence(kind: "TLS" | "TCP", matches: readonly string[], route: readonly Draft<RouteDestination>[]): string {
  const which = matches.length === 0 ? "" : ` ${joinWords(matches, "or")}`;
  return `${kind} connections${which} go ${describeShares(route)}.`;
}

function describeTls({ sniHosts = [], ...rest }: Draft<TlsMatch>): string {
  return [`for ${joinWords(sniHosts, "and") || "no server name yet"}`, ...conditions(rest)].join(" ");
}

function describeTcp(match: Draft<TcpMatch>): string {
  return conditions(match).join(" ") || "of any kind";
}

function conditions({
  destinationSubnets = [],
  port,
  sourceLabels = {},
  sourceNamespace,
  gateways = [],
}: Draft<TcpMatch>): string[] {
  const labels = writeLabels(sourceLabels);
  return [
    ...(port === undefined ? [] : [`on port ${port}`]),
    ...(destinationSubnets.length === 0 ? [] : [`to ${joinWords(destinationSubnets, "and")}`]),
    ...(labels.length === 0 ? [] : [`from ${joinWords(labels, "and")}`]),
    ...(sourceNamespace === undefined ? [] : [`from namespace ${sourceNamespace}`]),
    ...(gateways.length === 0 ? [] : [`through ${joinWords(gateways, "and")}`]),
  ];
}
