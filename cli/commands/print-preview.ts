import type { ApiClient } from "#cli/client/client.ts";
import type { CommonOptions } from "#cli/commands/command.ts";
import { exitOfCheck } from "#cli/commands/exit-of-check.ts";
import { printChanges } from "#cli/commands/print-result.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { printDiagnostics, printResolved } from "#cli/output/print-diagnostics.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { describeConcerned } from "#core/traffic/describe-concerned.ts";

/** Prints what changes would do, what is wrong with them and whose traffic they concern; writes nothing. Answers the exit code. */
export async function printPreview(
  api: ApiClient,
  options: CommonOptions,
  changes: readonly ConfigChange[],
): Promise<number> {
  const { ok, changed, unchanged, diagnostics, resolved, traffic } = await api.config.preview.mutate({
    changes: [...changes],
  });
  printDiagnostics(diagnostics);
  printResolved(resolved);
  if (!ok && options.output === "table") return EXIT.invalid;
  printChanges(options, { changed, unchanged, diagnostics, resolved, traffic }, " (dry run)");
  if (options.output === "table" && changed.length > 0)
    process.stdout.write(`${describeConcerned(traffic).join("\n")}\n`);
  return exitOfCheck(ok, diagnostics);
}
