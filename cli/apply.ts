import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print } from "#cli/output.ts";
import { printDiagnostics } from "#cli/print-diagnostics.ts";
import { readChanges } from "#cli/read-changes.ts";
import { waitForRollout } from "#cli/wait-for-rollout.ts";
import { hasErrors } from "#core/diagnostic.ts";

interface ApplyOptions extends CommonOptions {
  readonly filename: string[];
  readonly wait?: boolean;
  readonly timeout: string;
  readonly dryRun?: boolean;
  readonly reason: string;
}

const columns = [
  { title: "resource", value: (row: { ref: string }) => row.ref },
  { title: "result", value: (row: { op: string }) => row.op },
];

export function addApply(program: Command): void {
  withServer(program.command("apply"))
    .description("write resources; all of them or none")
    .requiredOption("-f, --filename <path...>", "file, directory, or - for standard input")
    .option("--wait", "until every connected proxy that must have it has acknowledged it")
    .option("--timeout <seconds>", "how long --wait waits", "30")
    .option("--dry-run", "check and show what would change; write nothing")
    .option("--reason <text>", "why, kept with the revision", "")
    .action((options: ApplyOptions) =>
      withClient(options, async (api) => {
        const changes = readChanges(options.filename);
        const result = options.dryRun
          ? await api.config.preview.mutate({ changes })
          : await api.config.applyChanges.mutate({ changes, reason: options.reason });
        printDiagnostics(result.diagnostics);
        if (hasErrors(result.diagnostics)) return EXIT.invalid;
        const unchanged = "unchanged" in result ? result.unchanged.map((ref) => ({ ref, op: "unchanged" })) : [];
        const suffix = options.dryRun ? " (dry run)" : "";
        const rows = [...result.changed.map(({ ref, op }) => ({ ref, op: `${op}${suffix}` })), ...unchanged];
        const { changed, ...rest } = result;
        print(
          options.output,
          { ...rest, changed: changed.map(({ ref, op }) => ({ ref, op })) },
          rows,
          columns,
          "nothing to change",
        );
        const revision = "revision" in result ? result.revision : null;
        if (!options.wait || revision === null) return EXIT.ok;
        return waitForRollout(api, revision, Number(options.timeout) * 1000);
      }),
    );
}
