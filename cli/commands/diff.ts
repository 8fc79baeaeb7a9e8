import { styleText } from "node:util";
import type { Command } from "commander";
import { createTwoFilesPatch } from "diff";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { exitOfCheck } from "#cli/commands/exit-of-check.ts";
import { readChanges } from "#cli/commands/read-changes.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { printValue } from "#cli/output/output.ts";
import { printDiagnostics, printResolved, toPrinted } from "#cli/output/print-diagnostics.ts";
import { describeReplayed } from "#core/traffic/describe-replayed.ts";

const COLOURS = { "+": "green", "-": "red", "@": "cyan" } as const;

/** As git shows it, on a terminal; plain text into a pipe or where NO_COLOR says so. */
function colour(patch: string): string {
  return patch.replace(/^([-+@]).*$/gm, (line, sign: keyof typeof COLOURS) =>
    styleText(COLOURS[sign], line, { stream: process.stdout }),
  );
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

export function addDiff(program: Command): void {
  withServer(program.command("diff"))
    .description("what `apply` would change: exit 0 nothing, 1 something, above that an error")
    .requiredOption("-f, --filename <path...>", "file, directory, or - for standard input")
    .option("-n, --namespace <namespace>", "namespace of the resources that name none")
    .action((options: CommonOptions & { filename: string[]; namespace?: string }) =>
      withClient(options, async (api) => {
        const result = await api.config.preview.mutate({ changes: readChanges(options.filename, options.namespace) });
        printDiagnostics(result.diagnostics);
        printResolved(result.resolved);
        const exit = exitOfCheck(result.ok, result.diagnostics);
        if (exit !== EXIT.ok) return exit;
        if (options.output !== "table") {
          const { diagnostics, resolved } = result;
          printValue(options.output, {
            ...result,
            diagnostics: toPrinted(diagnostics),
            resolved: toPrinted(resolved),
          });
        } else {
          for (const { ref, before = "", after = "" } of result.changed)
            process.stdout.write(colour(createTwoFilesPatch(`live/${ref}`, `applied/${ref}`, before, after)));
          if (result.changed.length > 0)
            process.stderr.write(
              `${count(result.xdsCount, "xDS resource", "xDS resources")} on ${count(result.proxies.length, "proxy", "proxies")} would change\n`,
            );
          for (const line of (result.traffic?.limits ?? []).flatMap(describeReplayed))
            process.stderr.write(`${line}\n`);
        }
        return result.changed.length > 0 ? EXIT.differs : EXIT.ok;
      }),
    );
}
