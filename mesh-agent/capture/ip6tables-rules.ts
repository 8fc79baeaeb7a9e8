import type { CapturePlan } from "#mesh-agent/capture/capture-plan.ts";
import { byPorts, kernelName, removalOf } from "#mesh-agent/capture/iptables-rules.ts";

/** Chain of `filter`, IPv6. */
export const IPV6_CHAIN = "PHAROS_INPUT";
const JUMP = `INPUT -j ${IPV6_CHAIN}`;

/**
 * Input of `ip6tables-restore --noflush`: new connections of IPv6 to captured ports are refused, as by nftables-rules.ts. `saved`: what
 * `ip6tables-save -t filter` says.
 */
export function ip6tablesRules(plan: CapturePlan, saved: string): string {
  const rules = [
    "-i lo -j RETURN",
    ...plan.excludeInterfaces.map((name) => `-i ${kernelName(name)} -j RETURN`),
    ...byPorts(
      plan.inboundPorts,
      (ports) => `-p tcp ${ports} -m conntrack --ctstate NEW -j REJECT --reject-with tcp-reset`,
    ),
  ];
  return [
    "*filter",
    `:${IPV6_CHAIN} - [0:0]`,
    ...rules.map((rule) => `-A ${IPV6_CHAIN} ${rule}`),
    // First: what the host allows would be let in before.
    ...(refusesIpv6(saved) ? [] : [`-I ${JUMP}`]),
    "COMMIT",
    "",
  ].join("\n");
}

/** Whether they are in force. */
export function refusesIpv6(saved: string): boolean {
  return saved.split("\n").includes(`-A ${JUMP}`);
}

/** Undefined where there is nothing of it. */
export function ip6tablesRemoval(saved: string): string | undefined {
  return removalOf(saved, "filter", [IPV6_CHAIN]);
}
