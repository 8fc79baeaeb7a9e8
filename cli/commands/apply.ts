import type { Command } from "commander";
import { withClient, withServer, withWrite } from "#cli/commands/command.ts";
import { dryRunOption } from "#cli/commands/dry-run-option.ts";
import { printPreview } from "#cli/commands/print-preview.ts";
import { printResult, type WriteOptions } from "#cli/commands/print-result.ts";
import { readChanges } from "#cli/commands/read-changes.ts";

interface ApplyOptions extends WriteOptions {
  readonly filename: string[];
  readonly namespace?: string;
  readonly dryRun?: true | "server" | "client";
}

export function addApply(program: Command): void {
  withWrite(withServer(program.command("apply")))
    .description("write resources; all of them or none")
    .requiredOption("-f, --filename <path...>", "file, directory (and all below it), or - for standard input")
    .option("-n, --namespace <namespace>", "namespace of the resources that name none")
    .addOption(dryRunOption())
    .action((options: ApplyOptions) =>
      withClient(options, async (api) => {
        const changes = readChanges(options.filename, options.namespace);
        if (!options.dryRun)
          return printResult(
            api,
            options,
            await api.config.applyChanges.mutate({ changes, reason: options.reason }),
            changes,
          );
        return printPreview(api, options, changes);
      }),
    );
}
