import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { formatOutcomes, formatSteps } from "#cli/commands/describe-outcome.ts";
import { readChanges } from "#cli/commands/read-changes.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { UsageError } from "#cli/failure.ts";
import { printValue } from "#cli/output/output.ts";
import { printDiagnostics } from "#cli/output/print-diagnostics.ts";
import { hasErrors } from "#core/diagnostic.ts";
import { parseHeader } from "#core/view/parse-headers.ts";

interface SimulateOptions extends CommonOptions {
  readonly from: string;
  readonly header: readonly string[];
  readonly with?: readonly string[];
  readonly namespace?: string;
  readonly sourceIp?: string;
  readonly steps: boolean;
}

/** `-H 'name: value'`. Throws a UsageError. */
function readHeader(text: string): [string, string] {
  const header = parseHeader(text);
  if (header === undefined)
    throw new UsageError(`no header "${text}"`, { hint: "as curl takes them: -H 'end-user: jason'" });
  return header;
}

/** `GET URL`, or a URL alone. */
function parseRequest(words: readonly string[]): { readonly method: string; readonly url: string } {
  const [first = "", second] = words;
  if (second !== undefined) return { method: first.toUpperCase(), url: second };
  if (first.includes("://")) return { method: "GET", url: first };
  throw new UsageError(`no URL in "${words.join(" ")}"`, {
    hint: "pharos simulate --from productpage GET http://reviews:9080/reviews/0",
  });
}

export function addSimulate(program: Command): void {
  withServer(program.command("simulate"))
    .description("what becomes of a request: `pharos simulate --from productpage GET http://reviews:9080/`")
    .argument("<request...>", "METHOD URL, or a URL; tcp://HOST:PORT for a connection")
    .requiredOption("--from <workload>", "who asks: a workload, a proxy, or the gateway that is asked")
    .option(
      "-H, --header <header>",
      "a header, `name: value`; any number",
      (text: string, all: string[]) => [...all, text],
      [],
    )
    .option("--with <path...>", "under this change as well: file, directory, or - for standard input")
    .option("-n, --namespace <namespace>", "namespace of the change's resources that name none")
    .option("--source-ip <address>", "the client's address, at a gateway")
    .option("--no-steps", "outcomes alone")
    .action((words: readonly string[], options: SimulateOptions) =>
      withClient(options, async (api) => {
        const view = await api.simulate.request.mutate({
          from: options.from,
          ...parseRequest(words),
          headers: options.header.map(readHeader),
          ...(options.sourceIp === undefined ? {} : { sourceIp: options.sourceIp }),
          ...(options.with === undefined ? {} : { changes: readChanges(options.with, options.namespace) }),
        });
        printDiagnostics(view.diagnostics);
        if (options.output !== "table") printValue(options.output, view);
        else {
          const shown = view.changed ?? view.now;
          const before = view.changed === null ? "" : `now\n${formatOutcomes(view.now)}\nwith the change\n`;
          const [first] = shown.outcomes;
          process.stdout.write(before + formatOutcomes(shown));
          if (options.steps && first !== undefined) process.stdout.write(`\n${formatSteps(first)}`);
        }
        return hasErrors(view.diagnostics) ? EXIT.invalid : EXIT.ok;
      }),
    );
}
