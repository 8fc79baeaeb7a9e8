import { type Command, Option } from "commander";
import type { ApiClient } from "#cli/client/client.ts";
import { analyzeAlone } from "#cli/commands/analyze-alone.ts";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { readChanges } from "#cli/commands/read-changes.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { UsageError } from "#cli/failure.ts";
import { type Format, printValue } from "#cli/output/output.ts";
import { formatDiagnostic, toPrinted } from "#cli/output/print-diagnostics.ts";
import { toSarif } from "#cli/output/to-sarif.ts";
import type { Diagnostic } from "#core/diagnostic.ts";
import manifest from "../../package.json" with { type: "json" };

const FAIL_ON = ["error", "warning", "info", "never"] as const;

interface AnalyzeOptions extends Omit<CommonOptions, "output"> {
  readonly output: Format | "sarif";
  readonly namespace?: string;
  readonly live?: boolean;
  readonly alone?: boolean;
  readonly failOn: (typeof FAIL_ON)[number];
}

export function addAnalyze(program: Command): void {
  withServer(program.command("analyze"), "sarif")
    .description("what is wrong: in files as they would be applied, or in what the server holds")
    .argument("[path...]", "files, directories (and all below them), or - for standard input")
    .option("--live", "the whole configuration of the server, without any file")
    .option("--alone", "the files as if they were all there is; asks no server")
    .option("-n, --namespace <namespace>", "namespace of the resources that name none")
    .addOption(
      new Option("--fail-on <severity>", "exit with 1 on a finding so severe, or more")
        .choices(FAIL_ON)
        .default("error"),
    )
    .action(async (paths: readonly string[], options: AnalyzeOptions) => {
      await withClient(options, async (api) => {
        const { isRefused, findings } = await analyze(api, paths, options);
        printFindings(findings, options.output);
        return isRefused ? EXIT.invalid : isSevere(findings, options.failOn) ? EXIT.differs : EXIT.ok;
      });
    });
}

interface Analysis {
  /** `apply` would refuse the files. */
  readonly isRefused: boolean;
  readonly findings: readonly Diagnostic[];
}

async function analyze(
  api: ApiClient,
  paths: readonly string[],
  { live = false, alone = false, namespace }: AnalyzeOptions,
): Promise<Analysis> {
  if (live !== (paths.length === 0))
    throw new UsageError(live ? "--live and files together" : "nothing to analyze was named", {
      hint: "`pharos analyze FILE...`, or `pharos analyze --live` for what the server holds",
    });
  if (live && alone) throw new UsageError("--live and --alone together", { hint: "--alone asks no server" });
  if (live) return { isRefused: false, findings: await api.config.diagnostics.query() };
  const changes = readChanges(paths, namespace);
  if (!alone) {
    const { ok, diagnostics } = await api.config.check.mutate({ changes });
    return { isRefused: !ok, findings: diagnostics };
  }
  return analyzeAlone(changes);
}

function printFindings(findings: readonly Diagnostic[], output: AnalyzeOptions["output"]): void {
  if (output === "sarif") printValue("json", toSarif(findings, manifest.version));
  else if (output !== "table") printValue(output, { findings: toPrinted(findings) });
  else if (findings.length === 0) process.stderr.write("nothing found\n");
  else process.stdout.write(findings.map((finding) => `${formatDiagnostic(finding)}\n`).join(""));
}

function isSevere(findings: readonly Diagnostic[], failOn: AnalyzeOptions["failOn"]): boolean {
  return findings.some(({ severity }) => FAIL_ON.indexOf(severity) <= FAIL_ON.indexOf(failOn) && failOn !== "never");
}
