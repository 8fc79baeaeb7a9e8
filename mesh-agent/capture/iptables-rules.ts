import { VIRTUAL_ADDRESSES, VIRTUAL_ADDRESSES_IPV6 } from "#core/schema/virtual-addresses.ts";
import {
  type CapturePlan,
  DNS_PORT,
  type Family,
  familyOf,
  INBOUND_PORT,
  OUTBOUND_PORT,
} from "#mesh-agent/capture/capture-plan.ts";

/** Chain of the kernel's → ours, to which it jumps. */
export const CHAINS = { OUTPUT: "PHAROS_OUTPUT", PREROUTING: "PHAROS_PREROUTING" } as const;
/** What the host's resolvers are asked; emptied while no agent is there to answer. The first of our chains jumps to it. */
export const DNS_CHAIN = "PHAROS_DNS";

type Hook = keyof typeof CHAINS;
export const HOOKS: readonly Hook[] = ["OUTPUT", "PREROUTING"];

/** `multiport` takes so many. */
const PORTS_PER_RULE = 15;

const OF_FAMILY = {
  ipv4: { loopback: "127.0.0.0/8", virtual: VIRTUAL_ADDRESSES, links: [] },
  // What is of one link only means nothing to an Envoy that is not told which.
  ipv6: { loopback: "::1/128", virtual: VIRTUAL_ADDRESSES_IPV6, links: ["fe80::/10"] },
} as const satisfies Record<Family, { loopback: string; virtual: string; links: readonly string[] }>;

/**
 * Input of `iptables-restore --noflush`, or of `ip6tables-restore`, one transaction: our chains are made or emptied, filled, and jumped to where they were
 * not. The rules are those of nftables-rules.ts, in the same order. `jumps`: the hooks that jump to ours already.
 */
export function iptablesRules(plan: CapturePlan, jumps: ReadonlySet<Hook>, family: Family = "ipv4"): string {
  const { loopback, virtual, links } = OF_FAMILY[family];
  const isOf = (address: string): boolean => familyOf(address) === family;
  const own = `-m owner --${plan.owner.kind}-owner ${plan.owner.id}`;
  const to = (port: number) => `-j REDIRECT --to-ports ${port}`;
  const included = plan.includeOutboundIPRanges;
  const output = [
    ...byPorts(plan.inboundPorts, (ports) => `-p tcp ${own} -o lo ! -d ${loopback} ${ports} ${to(INBOUND_PORT)}`),
    `${own} -j RETURN`,
    ...plan.excludeInterfaces.map((name) => `-o ${kernelName(name)} -j RETURN`),
    ...plan.excludeUids.map((uid) => `-m owner --uid-owner ${uid} -j RETURN`),
    ...plan.excludeGids.map((gid) => `-m owner --gid-owner ${gid} -j RETURN`),
    `-j ${DNS_CHAIN}`,
    "! -p tcp -j RETURN",
    "-o lo -j RETURN",
    ...[loopback, ...links].map((range) => `-d ${range} -j RETURN`),
    `-p tcp -d ${virtual} ${to(OUTBOUND_PORT)}`,
    ...byPorts(plan.excludeOutboundPorts, (ports) => `-p tcp ${ports} -j RETURN`),
    ...plan.excludeOutboundIPRanges.filter(isOf).map((range) => `-d ${range} -j RETURN`),
    ...byPorts(plan.includeOutboundPorts, (ports) => `-p tcp ${ports} ${to(OUTBOUND_PORT)}`),
    ...(included === undefined
      ? [`-p tcp ${to(OUTBOUND_PORT)}`]
      : included.filter(isOf).map((range) => `-p tcp -d ${range} ${to(OUTBOUND_PORT)}`)),
  ];
  const dns = plan.resolvers
    .filter(isOf)
    .flatMap((address) => ["udp", "tcp"].map((protocol) => `-d ${address} -p ${protocol} --dport 53 ${to(DNS_PORT)}`));
  const prerouting = [
    "-i lo -j RETURN",
    ...plan.excludeInterfaces.map((name) => `-i ${kernelName(name)} -j RETURN`),
    ...byPorts(plan.inboundPorts, (ports) => `-p tcp ${ports} -m addrtype --dst-type LOCAL ${to(INBOUND_PORT)}`),
  ];
  const rules: Record<Hook, readonly string[]> = { OUTPUT: output, PREROUTING: prerouting };
  return [
    "*nat",
    ...[DNS_CHAIN, ...Object.values(CHAINS)].map((name) => `:${name} - [0:0]`),
    ...dns.map((rule) => `-A ${DNS_CHAIN} ${rule}`),
    ...HOOKS.flatMap((hook) => rules[hook].map((rule) => `-A ${CHAINS[hook]} ${rule}`)),
    ...HOOKS.filter((hook) => !jumps.has(hook)).map((hook) => `-A ${hook} -j ${CHAINS[hook]}`),
    "COMMIT",
    "",
  ].join("\n");
}

/** Of what `iptables-save -t nat` says: what takes all of ours away; undefined where there is nothing of it. */
export function iptablesRemoval(saved: string): string | undefined {
  return removalOf(saved, "nat", Object.values(CHAINS), [DNS_CHAIN]);
}

/** The same of another table; `jumped`: chains that the kernel's jump to, `more`: those that ours jump to. */
export function removalOf(
  saved: string,
  table: string,
  jumped: readonly string[],
  more: readonly string[] = [],
): string | undefined {
  const lines = saved.split("\n");
  const chains = [...jumped, ...more].filter((name) => lines.some((line) => line.startsWith(`:${name} `)));
  const jumps = lines.filter((line) => line.startsWith("-A ") && jumped.some((name) => line.endsWith(` -j ${name}`)));
  if (chains.length === 0 && jumps.length === 0) return undefined;
  return [
    `*${table}`,
    ...jumps.map((line) => line.replace(/^-A /, "-D ")),
    ...chains.map((name) => `-F ${name}`),
    ...chains.map((name) => `-X ${name}`),
    "COMMIT",
    "",
  ].join("\n");
}

/** The hooks that jump to our chains, by what `iptables-save -t nat` says. */
export function jumpsOf(saved: string): ReadonlySet<Hook> {
  const lines = new Set(saved.split("\n"));
  return new Set(HOOKS.filter((hook) => lines.has(`-A ${hook} -j ${CHAINS[hook]}`)));
}

export function byPorts(ports: readonly number[], rule: (match: string) => string): string[] {
  const each = [...new Set(ports)];
  return Array.from({ length: Math.ceil(each.length / PORTS_PER_RULE) }, (_, index) =>
    rule(`-m multiport --dports ${each.slice(index * PORTS_PER_RULE, (index + 1) * PORTS_PER_RULE).join(",")}`),
  );
}

/** `veth*` of nftables is `veth+` here. */
export function kernelName(name: string): string {
  return name.replace(/\*$/, "+");
}
