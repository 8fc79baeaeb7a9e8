import type { Command } from "commander";
import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import { type CommonOptions, withClient, withServer } from "#cli/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { printDiagnostics } from "#cli/print-diagnostics.ts";
import { readChanges } from "#cli/read-changes.ts";
import { hasErrors } from "#core/diagnostic.ts";

export function addDiff(program: Command): void {
  withServer(program.command("diff"))
    .description("what `apply` would change: exit 0 nothing, 1 something, above that an error")
    .requiredOption("-f, --filename <path...>", "file, directory, or - for standard input")
    .action((options: CommonOptions & { filename: string[] }) =>
      withClient(options, async (api) => {
        const result = await api.config.preview.mutate({ changes: readChanges(options.filename) });
        printDiagnostics(result.diagnostics);
        if (hasErrors(result.diagnostics)) return EXIT.invalid;
        if (options.output === "json") process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
        else if (options.output === "yaml") process.stdout.write(stringify(result));
        else {
          for (const { ref, before = "", after = "" } of result.changed)
            process.stdout.write(createTwoFilesPatch(`live/${ref}`, `applied/${ref}`, before, after));
          if (result.changed.length > 0)
            process.stderr.write(
              `${result.xds.length} xDS resources on ${result.proxies.length} proxies would change\n`,
            );
        }
        return result.changed.length > 0 ? EXIT.differs : EXIT.ok;
      }),
    );
}
