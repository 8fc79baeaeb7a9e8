import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CaptureConfigSchema } from "#mesh-agent/capture/capture-config.ts";
import {
  type CapturePlan,
  DNS_PORT,
  INBOUND_PORT,
  OUTBOUND_PORT,
  planCapture,
} from "#mesh-agent/capture/capture-plan.ts";
import { ip6tablesRules } from "#mesh-agent/capture/ip6tables-rules.ts";
import { iptablesRules, jumpsOf } from "#mesh-agent/capture/iptables-rules.ts";
import { nftablesRules } from "#mesh-agent/capture/nftables-rules.ts";
import { resolversToCapture } from "#mesh-agent/dns/resolvers.ts";
import { startOn } from "#testing/captured-mesh.ts";
import { type Host, makeHosts, whyNoNamespaces } from "#testing/namespaces.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterAll(() => cleanup.run());

const OWNER = { kind: "gid", id: 1337 } as const;
const APPLICATION = 9080;
/** Where the router leads to. */
const BEHIND = "10.78.0.2";

/** Answers every connection with a word, by IPv4 and IPv6. */
async function listen(host: Host, port: number, word: string): Promise<void> {
  const script = `require("net").createServer((c) => { c.on("error", () => 0); c.end(${JSON.stringify(word)}); })
    .listen(${port}, "::", () => console.log("listens"))`;
  const running = startOn(cleanup, host, process.execPath, ["-e", script]);
  await eventually(`${host.name} listens at ${port}`, () => running.said().includes("listens") || undefined);
}

/** What is answered there to a connection from a host, or why there is none. */
async function ask(host: Host, address: string, port: number): Promise<string> {
  const script = `require("net").connect(${port}, ${JSON.stringify(address)})
    .on("error", (e) => console.log(e.code)).on("data", (d) => console.log(String(d)))`;
  return (await host.run(process.execPath, ["-e", script])).trim();
}

async function install(host: Host, mode: "nftables" | "iptables", plan: CapturePlan): Promise<void> {
  if (mode === "nftables") await host.run("nft", ["-f", "-"], nftablesRules(plan));
  else {
    const saved = await host.run("iptables-save", ["-t", "nat"]);
    await host.run("iptables-restore", ["--noflush"], iptablesRules(plan, jumpsOf(saved)));
    const savedIpv6 = await host.run("ip6tables-save", ["-t", "filter"]);
    await host.run("ip6tables-restore", ["--noflush"], ip6tablesRules(plan, savedIpv6));
  }
}

/** As an agent does it. */
async function change(
  host: Host,
  mode: "nftables" | "iptables",
  what: "install" | "remove",
  plan?: CapturePlan,
): Promise<void> {
  const module = JSON.stringify(resolve(import.meta.dirname, "firewall.ts"));
  const script = `const said = await (await import(${module})).${mode.toUpperCase()}.${what}(${JSON.stringify(plan ?? null)});
    if (said !== undefined) throw new Error(said);`;
  await host.run(process.execPath, ["--input-type=module", "-e", script]);
}

/** Whether an agent finds its rules as it left them. */
async function stands(host: Host, mode: "nftables" | "iptables", plan: CapturePlan): Promise<boolean> {
  const module = JSON.stringify(resolve(import.meta.dirname, "firewall.ts"));
  const script = `console.log(await (await import(${module})).${mode.toUpperCase()}.isInstalled(${JSON.stringify(plan)}))`;
  return (await host.run(process.execPath, ["--input-type=module", "-e", script])).trim() === "true";
}

function planOf(settings: object, resolvers: readonly string[] = []): CapturePlan {
  return planCapture(CaptureConfigSchema.parse(settings), [{ appPort: APPLICATION }], OWNER, resolvers);
}

describe.skipIf(whyNoNamespaces !== undefined)(`in network namespaces (${whyNoNamespaces ?? "made here"})`, () => {
  test.each(["nftables", "iptables"] as const)("%s leaves alone what the host passes on as a router", async (mode) => {
    const [router, caller, other] = (await makeHosts(cleanup, 3)) as [Host, Host, Host];
    await router.run("ip", ["link", "add", "behind", "type", "veth", "peer", "name", "eth1", "netns", other.name]);
    await router.run("ip", ["addr", "add", "10.78.0.1/24", "dev", "behind"]);
    await router.run("ip", ["link", "set", "behind", "up"]);
    await other.run("ip", ["addr", "add", `${BEHIND}/24`, "dev", "eth1"]);
    await other.run("ip", ["link", "set", "eth1", "up"]);
    await router.run("sysctl", ["-qw", "net.ipv4.ip_forward=1"]);
    await listen(other, APPLICATION, "another's application");
    await listen(router, INBOUND_PORT, "envoy");
    await install(router, mode, planOf({}));
    expect(await ask(caller, BEHIND, APPLICATION)).toBe("another's application");
    expect(await ask(caller, router.address, APPLICATION)).toBe("envoy");
  });

  test.each(["nftables", "iptables"] as const)(
    "%s refuses IPv6 to a captured port, and leaves others alone",
    async (mode) => {
      const [caller, host] = (await makeHosts(cleanup, 2)) as [Host, Host];
      const address = host.addressIpv6;
      await listen(host, APPLICATION, "the application");
      await listen(host, 22, "another");
      expect(await ask(caller, address, APPLICATION)).toBe("the application");
      await install(host, mode, planOf({ ipv6: false }));
      expect(await ask(caller, address, APPLICATION)).toBe("ECONNREFUSED");
      expect(await ask(caller, address, 22)).toBe("another");
      expect(await ask(host, address, APPLICATION)).toBe("the application");
      await install(host, mode, planOf({ ipv6: false, excludeInterfaces: ["eth0"] }));
      expect(await ask(caller, address, APPLICATION)).toBe("the application");
    },
  );

  test.each(["nftables", "iptables"] as const)("%s captures IPv6 as it does IPv4, and stops again", async (mode) => {
    const [caller, host] = (await makeHosts(cleanup, 2)) as [Host, Host];
    const [inbound, outbound, asked] = ["envoy, inbound", "envoy, outbound", "another host"];
    await listen(host, APPLICATION, "the application");
    await listen(host, INBOUND_PORT, inbound);
    await listen(host, OUTBOUND_PORT, outbound);
    await listen(host, DNS_PORT, "the agent");
    await listen(caller, 8080, asked);
    const settings = { ipv6: true, excludeOutboundIPRanges: ["fd78::/16"] };
    await change(host, mode, "install", planOf(settings, [caller.addressIpv6]));
    for (const address of [host.address, host.addressIpv6]) {
      expect(await ask(caller, address, APPLICATION)).toBe(inbound);
      expect(await ask(host, address, APPLICATION)).toBe("the application");
    }
    for (const address of [caller.address, caller.addressIpv6, "2001:2::7", "240.240.0.7"])
      expect(await ask(host, address, 8080)).toBe(outbound);
    expect(await ask(host, "::1", APPLICATION)).toBe("the application");
    expect(await ask(host, caller.addressIpv6, 53)).toBe("the agent");
    await change(host, mode, "install", planOf({ ipv6: true, excludeOutboundIPRanges: ["fd77::/16"] }));
    expect(await ask(host, caller.addressIpv6, 8080)).toBe(asked);
    expect(await ask(host, caller.address, 8080)).toBe(outbound);
    await change(host, mode, "install", planOf({ ipv6: false }));
    expect(await ask(caller, host.addressIpv6, APPLICATION)).toBe("ECONNREFUSED");
    expect(await ask(host, caller.addressIpv6, 8080)).toBe(asked);
    await change(host, mode, "install", planOf(settings));
    await change(host, mode, "remove");
    expect(await ask(caller, host.addressIpv6, APPLICATION)).toBe("the application");
    expect(await ask(host, caller.addressIpv6, 8080)).toBe(asked);
  });

  test("that somebody removed the rules of IPv6 alone is seen, captured or refused", async () => {
    const [host] = (await makeHosts(cleanup, 1)) as [Host];
    for (const [ipv6, flush] of [
      [true, ["-t", "nat", "-F", "OUTPUT"]],
      [false, ["-F", "INPUT"]],
    ] as const) {
      const plan = planOf({ ipv6 });
      await change(host, "iptables", "install", plan);
      expect(await stands(host, "iptables", plan)).toBe(true);
      await host.run("ip6tables", flush);
      expect(await stands(host, "iptables", plan)).toBe(false);
    }
  });

  test("what is left of an agent's rules is removed, and their mark where nothing is left", async () => {
    const [host] = await makeHosts(cleanup, 1);
    const mark = join(temporaryDir(cleanup), "captures");
    const module = JSON.stringify(resolve(import.meta.dirname, "capture-mark.ts"));
    const script = `console.log(...(await (await import(${module})).removeMarked(${JSON.stringify(mark)})))`;
    const remove = () => host.run(process.execPath, ["--input-type=module", "-e", script]);
    await install(host, "iptables", planOf({}));
    // As by somebody who puts his own rules in their place.
    await host.run("iptables", ["-t", "nat", "-F", "PREROUTING"]);
    writeFileSync(mark, "iptables");
    const weak = ["--bounding-set", "-net_admin", process.execPath, "--input-type=module", "-e", script];
    await expect(host.run("setpriv", weak)).rejects.toThrow("iptables-save -t nat failed");
    expect(existsSync(mark)).toBe(true);
    expect(await remove()).toBe("iptables\n");
    expect(await host.run("iptables-save", ["-t", "nat"])).not.toContain("PHAROS");
    expect(existsSync(mark)).toBe(false);
  });

  test.each(["nftables", "iptables"] as const)(
    "an agent of another mode than %s leaves none of its rules",
    async (mode) => {
      const [host] = await makeHosts(cleanup, 1);
      const mark = join(temporaryDir(cleanup), "captures");
      await install(host, mode, planOf({}));
      writeFileSync(mark, mode);
      const other = mode === "nftables" ? "IPTABLES" : "NFTABLES";
      const load = (file: string) => `await import(${JSON.stringify(resolve(import.meta.dirname, file))})`;
      const script = `
      const { Capture } = ${load("capture.ts")};
      const firewall = (${load("firewall.ts")}).${other};
      const log = { info() {}, warn() {}, error: console.error };
      const plan = () => (${JSON.stringify(planOf({}))});
      const capture = new Capture({ firewall, plan, whenDead: "closed", mark: ${JSON.stringify(mark)}, log });
      capture.follow(true);
      await capture.settled;`;
      await host.run(process.execPath, ["--input-type=module", "-e", script]);
      const [table, chains] = [
        await host.run("nft", ["list", "tables"]),
        await host.run("iptables-save", ["-t", "nat"]),
      ];
      expect([table.includes("inet pharos"), chains.includes("PHAROS")]).toEqual(
        mode === "nftables" ? [false, true] : [true, false],
      );
      expect(readFileSync(mark, "utf8")).toBe(other.toLowerCase());
    },
  );

  test.each(["nftables", "iptables"] as const)(
    "%s leaves alone names that are asked over an excluded interface",
    async (mode) => {
      const [resolver, host] = (await makeHosts(cleanup, 2)) as [Host, Host];
      await listen(resolver, 53, "the network's resolver");
      await install(host, mode, planOf({ excludeInterfaces: ["eth*"] }, [resolver.address]));
      expect(await ask(host, resolver.address, 53)).toBe("the network's resolver");
    },
  );

  test.each(["nftables", "iptables"] as const)(
    "%s leaves alone what a forwarder of the host asks its own resolver",
    async (mode) => {
      const [resolver, host] = (await makeHosts(cleanup, 2)) as [Host, Host];
      await listen(resolver, 53, "the network's resolver");
      await listen(host, DNS_PORT, "the agent");
      const captured = resolversToCapture(["127.0.0.1", resolver.address]);
      // Only DNS: what else is captured would go to an Envoy that is not there.
      await install(host, mode, planOf({ includeOutboundIPRanges: [] }, captured));
      expect(await ask(host, "127.0.0.1", 53)).toBe("the agent");
      expect(await ask(host, resolver.address, 53)).toBe("the network's resolver");
    },
  );
});
