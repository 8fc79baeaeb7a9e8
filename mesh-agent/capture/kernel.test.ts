import { afterAll, describe, expect, test } from "vitest";
import { CaptureConfigSchema } from "#mesh-agent/capture/capture-config.ts";
import { type CapturePlan, DNS_PORT, INBOUND_PORT, planCapture } from "#mesh-agent/capture/capture-plan.ts";
import { iptablesRules, jumpsOf } from "#mesh-agent/capture/iptables-rules.ts";
import { nftablesRules } from "#mesh-agent/capture/nftables-rules.ts";
import { resolversToCapture } from "#mesh-agent/dns/resolvers.ts";
import { startOn } from "#testing/captured-mesh.ts";
import { type Host, makeHosts, whyNoNamespaces } from "#testing/namespaces.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

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
  }
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
