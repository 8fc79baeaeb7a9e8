import { VIRTUAL_ADDRESSES } from "#core/schema/virtual-addresses.ts";
import { type CapturePlan, DNS_PORT, INBOUND_PORT, OUTBOUND_PORT } from "#mesh-agent/capture/capture-plan.ts";

/** Everything stands in it: one table, removed as one. */
export const TABLE = "inet pharos";

/** What the host's resolvers are asked; emptied while no agent is there to answer. */
export const DNS_CHAIN = "dns";

/**
 * The transaction that puts the table in the place of one that may be there. The order of the rules is Istio's: the proxy's own
 * connections first, what is excluded, what is included.
 */
export function nftablesRules(plan: CapturePlan): string {
  const { owner, inboundPorts, excludeInterfaces: interfaces } = plan;
  const own = `meta sk${owner.kind} ${owner.id}`;
  const included = plan.includeOutboundIPRanges;
  const output = [
    "type nat hook output priority -100; policy accept;",
    "meta nfproto != ipv4 return",
    ...(inboundPorts.length === 0
      ? []
      : // The proxy's calls to its own host come in as any other's.
        [`${own} oifname "lo" ip daddr != 127.0.0.0/8 tcp dport ${set(inboundPorts)} redirect to :${INBOUND_PORT}`]),
    `${own} return`,
    ...(interfaces.length === 0 ? [] : [`oifname ${names(interfaces)} return`]),
    ...(plan.excludeUids.length === 0 ? [] : [`meta skuid ${set(plan.excludeUids)} return`]),
    ...(plan.excludeGids.length === 0 ? [] : [`meta skgid ${set(plan.excludeGids)} return`]),
    "meta l4proto != tcp return",
    'oifname "lo" return',
    "ip daddr 127.0.0.0/8 return",
    `ip daddr ${VIRTUAL_ADDRESSES} meta l4proto tcp redirect to :${OUTBOUND_PORT}`,
    ...(plan.excludeOutboundPorts.length === 0 ? [] : [`tcp dport ${set(plan.excludeOutboundPorts)} return`]),
    ...plan.excludeOutboundIPRanges.map((range) => `ip daddr ${range} return`),
    ...(plan.includeOutboundPorts.length === 0
      ? []
      : [`tcp dport ${set(plan.includeOutboundPorts)} redirect to :${OUTBOUND_PORT}`]),
    ...(included === undefined
      ? [`meta l4proto tcp redirect to :${OUTBOUND_PORT}`]
      : included.map((range) => `ip daddr ${range} meta l4proto tcp redirect to :${OUTBOUND_PORT}`)),
  ];
  const dns = [
    // Before the chain above: one that does not captures nothing of it.
    "type nat hook output priority -101; policy accept;",
    `${own} return`,
    ...(interfaces.length === 0 ? [] : [`oifname ${names(interfaces)} return`]),
    ...(plan.excludeUids.length === 0 ? [] : [`meta skuid ${set(plan.excludeUids)} return`]),
    ...(plan.excludeGids.length === 0 ? [] : [`meta skgid ${set(plan.excludeGids)} return`]),
    ...plan.resolvers.flatMap((address) =>
      ["udp", "tcp"].map((protocol) => `ip daddr ${address} ${protocol} dport 53 redirect to :${DNS_PORT}`),
    ),
  ];
  const prerouting = [
    "type nat hook prerouting priority -100; policy accept;",
    "meta nfproto != ipv4 return",
    'iifname "lo" return',
    ...(interfaces.length === 0 ? [] : [`iifname ${names(interfaces)} return`]),
    // To this host alone: what a router passes on is for another's application.
    ...(inboundPorts.length === 0
      ? []
      : [`fib daddr type local tcp dport ${set(inboundPorts)} redirect to :${INBOUND_PORT}`]),
  ];
  // IPv6 is not captured: an application that listens on it as well would be reached past every policy.
  const input = [
    "type filter hook input priority 0; policy accept;",
    "meta nfproto != ipv6 return",
    'iifname "lo" return',
    ...(interfaces.length === 0 ? [] : [`iifname ${names(interfaces)} return`]),
    `tcp dport ${set(inboundPorts)} ct state new reject with tcp reset`,
  ];
  return [
    `add table ${TABLE}`,
    `delete table ${TABLE}`,
    `table ${TABLE} {`,
    ...(plan.resolvers.length === 0 ? [] : chain(DNS_CHAIN, dns)),
    ...chain("output", output),
    ...chain("prerouting", prerouting),
    ...(inboundPorts.length === 0 ? [] : chain("input", input)),
    "}",
    "",
  ].join("\n");
}

function chain(name: string, lines: readonly string[]): string[] {
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), "  }"];
}

function set(numbers: readonly number[]): string {
  return `{ ${[...new Set(numbers)].join(", ")} }`;
}

function names(interfaces: readonly string[]): string {
  return `{ ${[...new Set(interfaces)].map((name) => `"${name}"`).join(", ")} }`;
}
