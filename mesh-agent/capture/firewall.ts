import { PharosError } from "#core/errors.ts";
import type { CaptureConfig } from "#mesh-agent/capture/capture-config.ts";
import type { CapturePlan } from "#mesh-agent/capture/capture-plan.ts";
import { IPV6_CHAIN, ip6tablesRemoval, ip6tablesRules, refusesIpv6 } from "#mesh-agent/capture/ip6tables-rules.ts";
import {
  CHAINS,
  DNS_CHAIN,
  HOOKS,
  iptablesRemoval,
  iptablesRules,
  jumpsOf,
} from "#mesh-agent/capture/iptables-rules.ts";
import { DNS_CHAIN as NFT_DNS_CHAIN, nftablesRules, TABLE } from "#mesh-agent/capture/nftables-rules.ts";
import { runTool } from "#mesh-agent/capture/run-tool.ts";

/** The kernel's rules of one network namespace, as far as they are ours. */
export interface Firewall {
  readonly name: "nftables" | "iptables";
  /** In one transaction, in the place of what may be there. Resolves with what a person should know of it. */
  install(plan: CapturePlan): Promise<string | undefined>;
  /** All of it; nothing where nothing is there. */
  remove(): Promise<void>;
  /** All of it is there; without a plan what every one has. */
  isInstalled(plan?: CapturePlan): Promise<boolean>;
  /** Anything of it is there. */
  hasLeft(): Promise<boolean>;
  /** For a shell: removes all of it. */
  readonly removal: string;
  /** For a shell: what the host's resolvers are asked goes to them again. */
  readonly dnsRemoval: string;
}

async function hasTable(): Promise<boolean> {
  return (await runTool("nft", ["list", "tables"])).split("\n").includes(`table ${TABLE}`);
}

export const NFTABLES: Firewall = {
  name: "nftables",
  install: async (plan) => {
    await runTool("nft", ["-f", "-"], nftablesRules(plan));
    return undefined;
  },
  remove: async () => void (await runTool("nft", ["-f", "-"], `add table ${TABLE}\ndelete table ${TABLE}\n`)),
  isInstalled: hasTable,
  hasLeft: hasTable,
  removal: `nft delete table ${TABLE}`,
  dnsRemoval: `nft flush chain ${TABLE} ${NFT_DNS_CHAIN}`,
};

/** One after another, also where one fails. Throws "unavailable" with all that failed. */
export async function removeAll(removals: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: string[] = [];
  for (const each of removals) await each().catch((error) => failures.push(PharosError.from(error).message));
  if (failures.length > 0) throw new PharosError("unavailable", failures.join("; "));
}

const RESTORE = ["--noflush", "--wait"] as const;

/** Not every host has it: what is not there holds none of our rules. */
function savedIpv6(table: "filter" | "nat" = "filter"): Promise<string> {
  return runTool("ip6tables-save", ["-t", table]);
}

/** Where it cannot be asked there are none that somebody could have removed: who installs them says so. */
async function isInstalledIpv6({ ipv6, inboundPorts }: CapturePlan): Promise<boolean> {
  const saved = await savedIpv6(ipv6 ? "nat" : "filter").catch(() => undefined);
  if (saved === undefined) return true;
  return ipv6 ? jumpsOf(saved).size === HOOKS.length : inboundPorts.length === 0 || refusesIpv6(saved);
}

/** What takes all of ours away, of both families and each table. */
const REMOVALS: readonly (() => Promise<void>)[] = [
  async () => {
    const removal = iptablesRemoval(await runTool("iptables-save", ["-t", "nat"]));
    if (removal !== undefined) await runTool("iptables-restore", RESTORE, removal);
  },
  () => removeIpv6("filter", ip6tablesRemoval),
  () => removeIpv6("nat", iptablesRemoval),
];

async function removeIpv6(table: "filter" | "nat", removalOf: (saved: string) => string | undefined): Promise<void> {
  const removal = removalOf(await savedIpv6(table).catch(() => ""));
  if (removal !== undefined) await runTool("ip6tables-restore", RESTORE, removal);
}

async function removalsIpv6(): Promise<readonly string[]> {
  const filter = ip6tablesRemoval(await savedIpv6().catch(() => ""));
  const nat = iptablesRemoval(await savedIpv6("nat").catch(() => ""));
  return [filter, nat].filter((each) => each !== undefined);
}

export const IPTABLES: Firewall = {
  name: "iptables",
  install: async (plan) => {
    const saved = await runTool("iptables-save", ["-t", "nat"]);
    await runTool("iptables-restore", RESTORE, iptablesRules(plan, jumpsOf(saved)));
    try {
      // What is new stands before what was goes: in between nobody gets past both.
      if (plan.ipv6) {
        const jumps = jumpsOf(await savedIpv6("nat"));
        await runTool("ip6tables-restore", RESTORE, iptablesRules(plan, jumps, "ipv6"));
        const removal = ip6tablesRemoval(await savedIpv6());
        if (removal !== undefined) await runTool("ip6tables-restore", RESTORE, removal);
        return undefined;
      }
      try {
        if (plan.inboundPorts.length > 0)
          await runTool("ip6tables-restore", RESTORE, ip6tablesRules(plan, await savedIpv6()));
      } finally {
        await removeIpv6("nat", iptablesRemoval);
      }
      return undefined;
    } catch (error) {
      return `connections of IPv6 to the captured ports may be neither captured nor refused: ${PharosError.from(error).message}`;
    }
  },
  remove: () => removeAll(REMOVALS),
  isInstalled: async (plan) =>
    jumpsOf(await runTool("iptables-save", ["-t", "nat"])).size === HOOKS.length &&
    (plan === undefined || (await isInstalledIpv6(plan))),
  hasLeft: async () =>
    (await removalsIpv6()).length > 0 || iptablesRemoval(await runTool("iptables-save", ["-t", "nat"])) !== undefined,
  removal: ["iptables", "ip6tables"]
    .flatMap((tool) => [
      ...HOOKS.flatMap((hook) => [
        `${tool} -w -t nat -D ${hook} -j ${CHAINS[hook]}`,
        `${tool} -w -t nat -F ${CHAINS[hook]}`,
        `${tool} -w -t nat -X ${CHAINS[hook]}`,
      ]),
      `${tool} -w -t nat -F ${DNS_CHAIN}`,
      `${tool} -w -t nat -X ${DNS_CHAIN}`,
    ])
    .concat(`ip6tables -w -D INPUT -j ${IPV6_CHAIN}`, `ip6tables -w -F ${IPV6_CHAIN}`, `ip6tables -w -X ${IPV6_CHAIN}`)
    .join("; "),
  // The latter is there where IPv6 is captured.
  dnsRemoval: `ip6tables -w -t nat -F ${DNS_CHAIN} 2>/dev/null; iptables -w -t nat -F ${DNS_CHAIN}`,
};

/** In the order in which they are tried. */
export const FIREWALLS: readonly Firewall[] = [NFTABLES, IPTABLES];

/** Throws "unavailable" where neither can be used: not there, or not allowed. */
export async function chooseFirewall(mode: CaptureConfig["mode"]): Promise<Firewall> {
  const candidates = FIREWALLS.filter(({ name }) => mode === "auto" || mode === name);
  const failures: string[] = [];
  for (const firewall of candidates) {
    try {
      await firewall.isInstalled();
      return firewall;
    } catch (error) {
      failures.push(PharosError.from(error).message);
    }
  }
  throw new PharosError("unavailable", `traffic cannot be captured: ${failures.join("; ")}`, {
    hint: "install nftables or iptables, and run the agent as root or with CAP_NET_ADMIN",
  });
}

/** Takes away what either of them left in this network namespace, as far as it can be known; tells of which there was something. */
export async function removeCapture(): Promise<readonly Firewall["name"][]> {
  const removed: Firewall["name"][] = [];
  await removeAll(
    FIREWALLS.map((firewall) => async () => {
      if (!(await firewall.hasLeft().catch(() => false))) return;
      await firewall.remove();
      removed.push(firewall.name);
    }),
  );
  return removed;
}
