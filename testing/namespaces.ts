import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { runTool } from "#mesh-agent/capture/run-tool.ts";
import type { Cleanup } from "#testing/test-agent.ts";

/** Why hosts cannot be made here; undefined where they can. */
export const whyNoNamespaces: string | undefined = findWhy();

function findWhy(): string | undefined {
  if (process.getuid?.() !== 0) return "only root makes network namespaces";
  const name = `pharos-try-${randomBytes(4).toString("hex")}`;
  const made = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (made.error !== undefined) return "there is no `ip` (iproute2)";
  if (made.status !== 0) return `no network namespace can be made: ${made.stderr.trim()}`;
  spawnSync("ip", ["netns", "del", name]);
  return undefined;
}

/** A host of its own as far as the network goes. */
export interface Host {
  /** Of the namespace. */
  readonly name: string;
  readonly address: string;
  readonly addressIpv6: string;
  /** What is put before a command so that it runs there. */
  readonly enter: readonly [string, ...string[]];
  /** Within `timeoutMs`, or what a tool of the system gets. */
  run(command: string, args: readonly string[], input?: string, timeoutMs?: number): Promise<string>;
}

/** So many hosts on one switch, in namespaces that go with `cleanup`; the first one is everybody's router and resolver. Nothing of the machine's own network changes. */
export async function makeHosts(cleanup: Cleanup, count: number): Promise<readonly [Host, ...Host[]]> {
  const id = randomBytes(3).toString("hex");
  const hosts: Host[] = [];
  const router = await makeHost(cleanup, id, 0);
  hosts.push(router);
  await router.run("ip", ["link", "add", "switch", "type", "bridge"]);
  await router.run("ip", ["link", "set", "switch", "up"]);
  await router.run("ip", ["addr", "add", `${router.address}/24`, "dev", "switch"]);
  await router.run("ip", ["addr", "add", `${router.addressIpv6}/64`, "dev", "switch", "nodad"]);
  for (let index = 1; index < count; index += 1) {
    const host = await makeHost(cleanup, id, index);
    hosts.push(host);
    const port = `port${index}`;
    await router.run("ip", ["link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.name]);
    await router.run("ip", ["link", "set", port, "master", "switch", "up"]);
    await host.run("ip", ["addr", "add", `${host.address}/24`, "dev", "eth0"]);
    await host.run("ip", ["addr", "add", `${host.addressIpv6}/64`, "dev", "eth0", "nodad"]);
    await host.run("ip", ["link", "set", "eth0", "up"]);
    await host.run("ip", ["route", "add", "default", "via", router.address]);
    await host.run("ip", ["route", "add", "default", "via", router.addressIpv6]);
  }
  return [router, ...hosts.slice(1)];
}

/** Takes IPv4 from a host of `makeHosts`, but for its loopback; names it asks of its router. */
export async function leaveIpv6Alone(host: Host, router: Host): Promise<void> {
  await host.run("ip", ["-4", "addr", "flush", "dev", "eth0"]);
  writeFileSync(`/etc/netns/${host.name}/resolv.conf`, `nameserver ${router.addressIpv6}\n`);
}

function addressAt(index: number): string {
  return `10.77.0.${index + 1}`;
}

async function makeHost(cleanup: Cleanup, id: string, index: number): Promise<Host> {
  const name = `pharos-${id}-${index}`;
  await runTool("ip", ["netns", "add", name]);
  cleanup.add(() => runTool("ip", ["netns", "del", name]));
  // `ip netns exec` puts it in the place of the machine's.
  const files = `/etc/netns/${name}`;
  mkdirSync(files, { recursive: true });
  cleanup.add(() => rmSync(files, { recursive: true }));
  writeFileSync(`${files}/resolv.conf`, `nameserver ${addressAt(0)}\n`);
  const enter = ["ip", "netns", "exec", name] as const;
  const run = (command: string, args: readonly string[], input = "", timeoutMs?: number) =>
    runTool("ip", [...enter.slice(1), command, ...args], input, timeoutMs);
  await run("ip", ["link", "set", "lo", "up"]);
  return { name, address: addressAt(index), addressIpv6: `fd77::${index + 1}`, enter: [...enter], run };
}
