import { Argument, type Command, InvalidArgumentError } from "commander";
import type { ApiClient } from "#cli/client/client.ts";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { findProxy } from "#cli/commands/find-proxy.ts";
import { type ProxyFilter, SECTIONS, type Section } from "#cli/commands/proxy-config/sections.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { UsageError } from "#cli/failure.ts";
import { printValue } from "#cli/output/output.ts";

const NAMES = Object.keys(SECTIONS) as Section[];

/** `clusters` is `cluster`, as in istioctl; `all` is every section. */
function parseSections(text: string): readonly Section[] {
  if (text === "all") return NAMES;
  const found = NAMES.find((name) => [name, `${name}s`, SECTIONS[name].alias].includes(text));
  if (found !== undefined) return [found];
  const bootstrap = text === "bootstrap" || text === "b";
  throw new UsageError(`no section "${text}"`, {
    hint: bootstrap
      ? "the agent keeps its Envoy's bootstrap on its own host: bootstrap.json in the agent's --dir"
      : `one of ${[...NAMES, "all"].join(", ")}`,
  });
}

async function printSections(
  api: ApiClient,
  sections: readonly Section[],
  name: string,
  options: CommonOptions & ProxyFilter,
): Promise<void> {
  const proxy = await findProxy(api, name);
  const read = await Promise.all(sections.map((section) => SECTIONS[section].read(api, proxy, options)));
  if (options.output === "table") {
    const shown = read.filter(({ rows }) => sections.length === 1 || rows > 0).map(({ table }) => table);
    process.stdout.write(shown.join("\n"));
    if (read.every(({ rows }) => rows === 0)) process.stderr.write("nothing like that\n");
    return;
  }
  const [first] = read;
  const value =
    sections.length === 1
      ? first?.value
      : Object.fromEntries(sections.map((section, at) => [section, read[at]?.value]));
  printValue(options.output, value);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError("a port is 1 to 65535.");
  return port;
}

export function addProxyConfig(program: Command): void {
  withServer(program.command("proxy-config").alias("pc"))
    .description("what a proxy was given: `pharos proxy-config clusters reviews-v1-0`")
    .addArgument(
      // As many spellings as istioctl takes; these are what a shell offers.
      new Argument("<section>", "what of it").choices([...NAMES, "all"]).argParser((text) => text),
    )
    .argument("<proxy>", "NAME, NAME.NAMESPACE or node id")
    .option("--fqdn <host>", "clusters and endpoints of this service")
    .option("--port <port>", "clusters, listeners and endpoints with this port", parsePort)
    .option("--subset <subset>", "clusters of this subset")
    .option("--direction <direction>", "clusters: inbound or outbound")
    .option("--address <address>", "listeners and endpoints at this address")
    .option("--name <name>", "routes: this table")
    .option("--cluster <name>", "endpoints of this cluster")
    .action((section: string, name: string, options: CommonOptions & ProxyFilter) =>
      withClient(options, async (api) => {
        await printSections(api, parseSections(section), name, options);
        return EXIT.ok;
      }),
    );
}
