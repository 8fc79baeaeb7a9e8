import { afterAll, describe, expect, test } from "vitest";
import { CaptureConfigSchema } from "#mesh-agent/capture/capture-config.ts";
import { planCapture } from "#mesh-agent/capture/capture-plan.ts";
import { IPTABLES, NFTABLES } from "#mesh-agent/capture/firewall.ts";
import { ip6tablesRemoval, ip6tablesRules } from "#mesh-agent/capture/ip6tables-rules.ts";
import { iptablesRemoval, iptablesRules, jumpsOf } from "#mesh-agent/capture/iptables-rules.ts";
import { nftablesRules } from "#mesh-agent/capture/nftables-rules.ts";
import { makeHosts, whyNoNamespaces } from "#testing/namespaces.ts";
import { Cleanup } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const OWNER = { kind: "gid", id: 1337 } as const;
const PORTS = Array.from({ length: 20 }, (_, index) => ({ appPort: 9000 + index }));
const EVERYTHING = {
  includeOutboundIPRanges: ["10.0.0.0/8", "192.168.0.0/16"],
  excludeOutboundIPRanges: ["10.1.0.0/16"],
  includeOutboundPorts: [443],
  excludeOutboundPorts: [25, 3306],
  excludeInboundPorts: [9001],
  excludeInterfaces: ["docker0", "veth*"],
  excludeUids: [33],
  excludeGids: [44, 45],
  ipv6: false,
};

test.each([
  ["a range without a length", { excludeOutboundIPRanges: ["10.0.0.1"] }],
  ["a range in fewer parts than the kernel's tools read", { excludeOutboundIPRanges: ["10.1/16"] }],
  ["a range in octal", { excludeOutboundIPRanges: ["010.0.0.0/8"] }],
  ["a range of one link's addresses", { includeOutboundIPRanges: ["fe80::%eth0/64"] }],
  ["a port out of range", { excludeOutboundPorts: [0] }],
  ["a name that no interface has", { excludeInterfaces: ['eth0" accept'] }],
  ["a setting that is not there", { excludeInboundPort: [1] }],
])("%s is refused", (_, config) => {
  expect(CaptureConfigSchema.safeParse(config).success).toBe(false);
});

test("of the agent's ports those are captured that are included and not excluded, each once", () => {
  const plan = (config: object) =>
    planCapture(CaptureConfigSchema.parse(config), [{ appPort: 3 }, { appPort: 1 }, { appPort: 3 }], OWNER)
      .inboundPorts;
  expect(plan({})).toEqual([1, 3]);
  expect(plan({ includeInboundPorts: [3, 22] })).toEqual([3]);
  expect(plan({ excludeInboundPorts: [3] })).toEqual([1]);
});

test("jumps that are there are not made again, and all that is there is taken away", () => {
  const plan = planCapture(CaptureConfigSchema.parse({}), [], OWNER);
  const saved = [
    "*nat",
    ":OUTPUT ACCEPT [0:0]",
    ":PHAROS_OUTPUT - [0:0]",
    "-A OUTPUT -j OTHERS",
    "-A OUTPUT -j PHAROS_OUTPUT",
    "COMMIT",
  ].join("\n");
  expect([...jumpsOf(saved)]).toEqual(["OUTPUT"]);
  const rules = iptablesRules(plan, jumpsOf(saved)).split("\n");
  expect(rules).not.toContain("-A OUTPUT -j PHAROS_OUTPUT");
  expect(rules).toContain("-A PREROUTING -j PHAROS_PREROUTING");
  expect(iptablesRemoval(saved)?.split("\n")).toEqual([
    "*nat",
    "-D OUTPUT -j PHAROS_OUTPUT",
    "-F PHAROS_OUTPUT",
    "-X PHAROS_OUTPUT",
    "COMMIT",
    "",
  ]);
  expect(iptablesRemoval("*nat\n-A OUTPUT -j OTHERS\nCOMMIT")).toBeUndefined();
});

describe.skipIf(whyNoNamespaces !== undefined)(`in a network namespace (${whyNoNamespaces ?? "made here"})`, () => {
  const plan = planCapture(CaptureConfigSchema.parse(EVERYTHING), PORTS, OWNER, ["10.0.0.53", "2001:db8::53"]);

  test("nft takes every setting, twice is as once, and with the table everything is gone", async () => {
    const [host] = await makeHosts(cleanup, 1);
    const list = async () => (await host.run("nft", ["list", "ruleset"])).trim();
    await host.run("nft", ["-f", "-"], nftablesRules(plan));
    const once = await list();
    expect(once).toContain("meta skgid 1337 return");
    expect(once).toContain('oifname { "docker0", "veth*" } return');
    expect(once).not.toContain("9001,");
    expect(once).toContain("ip daddr 10.0.0.53 udp dport 53 redirect to :15053");
    await host.run("sh", ["-c", NFTABLES.dnsRemoval]);
    expect(await list()).not.toContain("15053");
    await host.run("nft", ["-f", "-"], nftablesRules(plan));
    expect(await list()).toBe(once);
    await host.run("nft", ["delete", "table", "inet", "pharos"]);
    expect(await list()).toBe("");
  });

  test("a set of rules that nft refuses leaves the one that was there", async () => {
    const [host] = await makeHosts(cleanup, 1);
    await host.run("nft", ["-f", "-"], nftablesRules(plan));
    const before = await host.run("nft", ["list", "ruleset"]);
    const wrong = nftablesRules({ ...plan, excludeOutboundIPRanges: ["not a range"] });
    await expect(host.run("nft", ["-f", "-"], wrong)).rejects.toThrow("failed");
    expect(await host.run("nft", ["list", "ruleset"])).toBe(before);
  });

  test("iptables takes every setting, twice is as once, and removal leaves what others wrote", async () => {
    const [host] = await makeHosts(cleanup, 1);
    const save = async () =>
      (await host.run("iptables-save", ["-t", "nat"]))
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .join("\n");
    await host.run("iptables", ["-t", "nat", "-A", "OUTPUT", "-p", "tcp", "--dport", "99", "-j", "RETURN"]);
    const before = await save();
    const install = async () => host.run("iptables-restore", ["--noflush"], iptablesRules(plan, jumpsOf(await save())));
    await install();
    const once = await save();
    expect(once).toContain("-A PHAROS_OUTPUT -m owner --gid-owner 1337 -j RETURN");
    expect(once).toContain("-A PHAROS_OUTPUT -o veth+ -j RETURN");
    await install();
    expect(await save()).toBe(once);
    expect(once).toContain("-A PHAROS_DNS -d 10.0.0.53/32 -p tcp -m tcp --dport 53 -j REDIRECT --to-ports 15053");
    await host.run("sh", ["-c", IPTABLES.dnsRemoval]);
    expect(await save()).not.toContain("15053");
    await host.run("iptables-restore", ["--noflush"], iptablesRemoval(once));
    expect(await save()).toBe(before);
    expect(iptablesRemoval(await save())).toBeUndefined();
    await install();
    const saveIpv6 = () => host.run("ip6tables-save", ["-t", "filter"]);
    const installIpv6 = async () =>
      host.run("ip6tables-restore", ["--noflush"], ip6tablesRules(plan, await saveIpv6()));
    await installIpv6();
    const onceIpv6 = (await saveIpv6()).match(/^-A.*$/gm);
    await installIpv6();
    expect((await saveIpv6()).match(/^-A.*$/gm)).toEqual(onceIpv6);
    await host.run("ip6tables-restore", ["--noflush"], ip6tablesRemoval(await saveIpv6()));
    expect(await saveIpv6()).not.toContain("PHAROS");
    await installIpv6();
    await host.run("sh", ["-c", IPTABLES.removal]);
    expect(await save()).toBe(before);
    expect(await saveIpv6()).not.toContain("PHAROS");
  });
});
