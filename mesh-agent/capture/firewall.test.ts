import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { CaptureConfigSchema } from "#mesh-agent/capture/capture-config.ts";
import { removeMarked } from "#mesh-agent/capture/capture-mark.ts";
import { planCapture } from "#mesh-agent/capture/capture-plan.ts";
import { IPTABLES, removeCapture } from "#mesh-agent/capture/firewall.ts";
import { ip6tablesRules } from "#mesh-agent/capture/ip6tables-rules.ts";
import { iptablesRules } from "#mesh-agent/capture/iptables-rules.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const planOf = (ipv6: boolean) =>
  planCapture(CaptureConfigSchema.parse({ ipv6 }), [{ appPort: 9080 }], { kind: "gid", id: 1337 }, []);
/** As a kernel with our rules would say it: `-I` is how they came there. */
const REFUSED = ip6tablesRules(planOf(false), "").replace("-I INPUT", "-A INPUT");
const CAPTURED = iptablesRules(planOf(true), new Set(), "ipv6").replaceAll("-I ", "-A ");

/**
 * Tools that say of each table what was saved, and note what they are given, in order; `broken` fail. What stands for a moment
 * only no kernel tells.
 */
function tools(saved: Readonly<Record<string, string>>, broken: readonly string[] = []) {
  const dir = temporaryDir(cleanup);
  const log = join(dir, "log");
  mkdirSync(join(dir, "broken"));
  for (const each of broken) writeFileSync(join(dir, "broken", each), "");
  for (const [table, text] of Object.entries(saved)) writeFileSync(join(dir, `saved ${table}`), text);
  for (const family of ["iptables", "ip6tables"]) {
    const begin = `#!/bin/sh\ncd '${dir}'\n`;
    const save = `${begin}[ -e "broken/${family}-save $2" ] && exit 1\ncat "saved ${family} $2" 2>/dev/null || true\n`;
    const restore = `${begin}read -r table\ncat > /dev/null\n[ -e "broken/${family}-restore $table" ] && exit 1\necho "${family} $table" >> log\n`;
    writeFileSync(join(dir, `${family}-save`), save, { mode: 0o755 });
    writeFileSync(join(dir, `${family}-restore`), restore, { mode: 0o755 });
  }
  writeFileSync(join(dir, "nft"), '#!/bin/sh\n[ "$1" = list ] && echo "table inet pharos"\n', { mode: 0o755 });
  const { PATH = "" } = process.env;
  process.env.PATH = `${dir}:${PATH}`;
  cleanup.add(() => {
    process.env.PATH = PATH;
  });
  return () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
}

test("what captures IPv6 stands before what refuses it goes, and the other way round", async () => {
  const on = tools({ "ip6tables filter": REFUSED });
  expect(await IPTABLES.install(planOf(true))).toBeUndefined();
  expect(on()).toEqual(["iptables *nat", "ip6tables *nat", "ip6tables *filter"]);
  await cleanup.run();
  const off = tools({ "ip6tables nat": CAPTURED });
  expect(await IPTABLES.install(planOf(false))).toBeUndefined();
  expect(off()).toEqual(["iptables *nat", "ip6tables *filter", "ip6tables *nat"]);
});

test("IPv6 that cannot be captured is refused as it was, and told", async () => {
  const done = tools({ "ip6tables filter": REFUSED }, ["ip6tables-restore *nat"]);
  expect(await IPTABLES.install(planOf(true))).toContain("connections of IPv6");
  expect(done()).toEqual(["iptables *nat"]);
});

test("IPv6 that cannot be refused is not captured any more, and told", async () => {
  const done = tools({ "ip6tables nat": CAPTURED }, ["ip6tables-restore *filter"]);
  expect(await IPTABLES.install(planOf(false))).toContain("connections of IPv6");
  expect(done()).toEqual(["iptables *nat", "ip6tables *nat"]);
});

test.each<[string, readonly string[], readonly string[]]>([
  ["iptables-save nat", ["iptables-save nat"], ["ip6tables *filter", "ip6tables *nat"]],
  ["iptables-restore *nat", ["iptables-restore *nat"], ["ip6tables *filter", "ip6tables *nat"]],
  ["ip6tables-restore *filter", ["ip6tables-restore *filter"], ["iptables *nat", "ip6tables *nat"]],
])("where %s fails the other rules are removed all the same, and it is told", async (_, broken, expected) => {
  const saved = { "iptables nat": CAPTURED, "ip6tables filter": REFUSED, "ip6tables nat": CAPTURED };
  const done = tools(saved, broken);
  expect(await IPTABLES.hasLeft()).toBe(true);
  await expect(IPTABLES.remove()).rejects.toThrow("failed");
  expect(done()).toEqual(expected);
});

test("rules of nftables that cannot be removed keep no others, and the mark stays", async () => {
  const done = tools({ "iptables nat": CAPTURED });
  const mark = join(temporaryDir(cleanup), "captures");
  writeFileSync(mark, "");
  await expect(removeMarked(mark)).rejects.toThrow("nft -f - failed");
  await expect(removeCapture()).rejects.toThrow("nft -f - failed");
  expect(done()).toEqual(["iptables *nat", "iptables *nat"]);
  expect(existsSync(mark)).toBe(true);
});
