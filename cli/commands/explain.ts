import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print } from "#cli/output/output.ts";
import { PharosError } from "#core/errors.ts";
import type { ExplainedCallers } from "#core/resolve/explain-localities.ts";

const RANGE_SECONDS = 300;

/** The hosts that a name means, in whatever case: the whole name, or the services that begin with it. */
function hostsNamed(hosts: readonly string[], written: string): readonly string[] {
  const name = written.toLowerCase();
  return hosts.includes(name) ? [name] : hosts.filter((host) => host.startsWith(`${name}.`));
}

/** Who is preferred from where, beneath what bears on the service. */
function printLocalities(localities: readonly ExplainedCallers[]): void {
  const rows = localities.flatMap(({ from, to, groups }) =>
    groups.map((group, index) => ({
      ...group,
      from: index === 0 ? from.join(", ") : "",
      to: index === 0 ? to.join(", ") : "",
    })),
  );
  process.stdout.write("\n");
  print("table", localities, rows, [
    { title: "callers in", value: ({ from }) => from },
    { title: "to", value: ({ to }) => to },
    { title: "priority", value: ({ priority }) => priority },
    { title: "endpoints in", value: ({ locality, endpoints }) => `${locality || "nowhere said"} (${endpoints})` },
    { title: "share", value: ({ share }) => `${share}%` },
    { title: "why", value: ({ reason }) => reason },
  ]);
}

export function addExplain(program: Command): void {
  withServer(program.command("explain"))
    .description(
      "which resources bear on a service, and why: `pharos explain reviews`; of one request: `pharos simulate`",
    )
    .argument("<host>", "a service, short or whole")
    .action((name: string, options: CommonOptions) =>
      withClient(options, async (api) => {
        const { services } = await api.services.names.query();
        const found = hostsNamed(
          services.map(({ host }) => host),
          name,
        );
        const [host] = found;
        if (host === undefined)
          throw new PharosError("not-found", `no service is called ${name}`, {
            hint: "`pharos get serviceentries` lists them",
          });
        if (found.length > 1)
          throw new PharosError("invalid", `"${name}" names ${found.length} services`, {
            hint: `say which: ${found.slice(0, 8).join(", ")}`,
          });
        const { config, localities } = await api.services.get.query({ host, seconds: RANGE_SECONDS });
        print(
          options.output,
          { host, config, localities },
          config,
          [
            { title: "resource", value: ({ ref }) => ref },
            { title: "applies", value: ({ applies }) => (applies ? "yes" : "no") },
            { title: "why", value: ({ reason }) => reason },
          ],
          `no resource bears on ${host}`,
        );
        if (options.output === "table" && localities.length > 0) printLocalities(localities);
        return EXIT.ok;
      }),
    );
}
