import { VIRTUAL_ADDRESSES, VIRTUAL_ADDRESSES_IPV6 } from "#core/schema/virtual-addresses.ts";
import { type CapturePlan, DNS_PORT, familyOf, INBOUND_PORT, OUTBOUND_PORT } from "#mesh-agent/capture/capture-plan.ts";

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
  const ipv6 = (rule: string): string[] => (plan.ipv6 ? [rule] : []);
  const output = [
    "type nat hook output priority -100; policy accept;",
    ...(plan.ipv6 ? [] : ["meta nfproto != ipv4 return"]),
    ...(inboundPorts.length === 0
      ? []
      : // The proxy's calls to its own host come in as any other's.
        [
          `${own} oifname "lo" ip daddr != 127.0.0.0/8 tcp dport ${set(inboundPorts)} redirect to :${INBOUND_PORT}`,
          ...ipv6(`${own} oifname "lo" ip6 daddr != ::1 tcp dport ${set(inboundPorts)} redirect to :${INBOUND_PORT}`),
        ]),
    `${own} return`,
    ...(interfaces.length === 0 ? [] : [`oifname ${names(interfaces)} return`]),
    ...(plan.excludeUids.length === 0 ? [] : [`meta skuid ${set(plan.excludeUids)} return`]),
    ...(plan.excludeGids.length === 0 ? [] : [`meta skgid ${set(plan.excludeGids)} return`]),
    "meta l4proto != tcp return",
    'oifname "lo" return',
    "ip daddr 127.0.0.0/8 return",
    // What is of one link only means nothing to an Envoy that is not told which.
    ...ipv6("ip6 daddr { ::1, fe80::/10 } return"),
    `ip daddr ${VIRTUAL_ADDRESSES} meta l4proto tcp redirect to :${OUTBOUND_PORT}`,
    ...ipv6(`ip6 daddr ${VIRTUAL_ADDRESSES_IPV6} meta l4proto tcp redirect to :${OUTBOUND_PORT}`),
    ...(plan.excludeOutboundPorts.length === 0 ? [] : [`tcp dport ${set(plan.excludeOutboundPorts)} return`]),
    ...plan.excludeOutboundIPRanges.map((range) => `${to(range)} return`),
    ...(plan.includeOutboundPorts.length === 0
      ? []
      : [`tcp dport ${set(plan.includeOutboundPorts)} redirect to :${OUTBOUND_PORT}`]),
    ...(included === undefined
      ? [`meta l4proto tcp redirect to :${OUTBOUND_PORT}`]
      : included.map((range) => `${to(range)} meta l4proto tcp redirect to :${OUTBOUND_PORT}`)),
  ];
  const dns = [
    // Before the chain above: one that does not captures nothing of it.
    "type nat hook output priority -101; policy accept;",
    `${own} return`,
    ...(interfaces.length === 0 ? [] : [`oifname ${names(interfaces)} return`]),
    ...(plan.excludeUids.length === 0 ? [] : [`meta skuid ${set(plan.excludeUids)} return`]),
    ...(plan.excludeGids.length === 0 ? [] : [`meta skgid ${set(plan.excludeGids)} return`]),
    ...plan.resolvers.flatMap((address) =>
      ["udp", "tcp"].map((protocol) => `${to(address)} ${protocol} dport 53 redirect to :${DNS_PORT}`),
    ),
  ];
  const prerouting = [
    "type nat hook prerouting priority -100; policy accept;",
    ...(plan.ipv6 ? [] : ["meta nfproto != ipv4 return"]),
    'iifname "lo" return',
    ...(interfaces.length === 0 ? [] : [`iifname ${names(interfaces)} return`]),
    // To this host alone: what a router passes on is for another's application.
    ...(inboundPorts.length === 0
      ? []
      : [`fib daddr type local tcp dport ${set(inboundPorts)} redirect to :${INBOUND_PORT}`]),
  ];
  // Where IPv6 is not captured: an application that listens on it as well would be reached past every policy.
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
    ...(inboundPorts.length === 0 || plan.ipv6 ? [] : chain("input", input)),
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

/** An address, or a range of them, as where a connection goes to. */
function to(range: string): string {
  return `${familyOf(range) === "ipv6" ? "ip6" : "ip"} daddr ${range}`;
}
