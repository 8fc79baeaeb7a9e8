import type { ApiClient } from "#cli/client/client.ts";
import { describeRollout, exitOfRollout, watchRollout } from "#cli/client/rollout.ts";
import type { CommonOptions } from "#cli/commands/command.ts";
import { exitOfCheck } from "#cli/commands/exit-of-check.ts";
import { locateOrigins } from "#cli/commands/locate-origins.ts";
import type { UpsertChange } from "#cli/commands/read-changes.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print } from "#cli/output/output.ts";
import { printDiagnostics, printResolved, toPrinted } from "#cli/output/print-diagnostics.ts";
import { hasErrors } from "#core/diagnostic.ts";
import type { ConcernedTraffic } from "#core/traffic/concerned-traffic.ts";
import type { ApplyResult } from "#core/view/config.ts";
import type { Distribution } from "#core/view/mesh.ts";

export interface WriteOptions extends CommonOptions {
  readonly wait?: boolean;
  /** Milliseconds. */
  readonly timeout: number;
  readonly reason: string;
}

const columns = [
  { title: "resource", value: (row: { ref: string }) => row.ref },
  { title: "result", value: (row: { op: string }) => row.op },
];

/** The rows of a write or of what would be one. JSON and YAML leave the texts out: `diff` has them. */
export function printChanges(
  { output }: CommonOptions,
  {
    changed,
    unchanged,
    diagnostics,
    resolved,
    ...rest
  }: Omit<ApplyResult, "revision"> & {
    readonly revision?: number | null;
    readonly rollout?: Distribution;
    readonly traffic?: ConcernedTraffic | null;
  },
  suffix = "",
): void {
  const rows = changed.map(({ ref, op }) => ({ ref, op }));
  const shown = [
    ...rows.map(({ ref, op }) => ({ ref, op: `${op}${suffix}` })),
    ...unchanged.map((ref) => ({ ref, op: "unchanged" })),
  ];
  const value = {
    ...rest,
    diagnostics: toPrinted(diagnostics),
    ...(resolved === undefined ? {} : { resolved: toPrinted(resolved) }),
    changed: rows,
    unchanged,
  };
  print(output, value, shown, columns, "nothing to change");
}

/**
 * Prints what a write did and, with --wait, how it spread; answers the exit code. JSON and YAML come whole, at the
 * end. A refusal is shown where it stands in `written`.
 */
export async function printResult(
  api: ApiClient,
  options: WriteOptions,
  result: ApplyResult,
  written: readonly UpsertChange[] = [],
): Promise<number> {
  printDiagnostics(result.diagnostics);
  printResolved(result.resolved ?? []);
  if (hasErrors(result.diagnostics) && result.revision === null) {
    if (options.output !== "table") printChanges(options, result);
    return EXIT.invalid;
  }
  if (options.output === "table" || !options.wait) printChanges(options, result);
  // Written, and proxies keep what they had: there is nothing to wait for that would mend it.
  if (!options.wait) return exitOfCheck(true, result.diagnostics);
  // What is unchanged may still be on its way, or refused: then the latest revision is what to wait for.
  const revision = result.revision ?? (await api.config.history.query({ limit: 1 }))[0]?.revision;
  if (revision === undefined) return EXIT.ok;
  const rollout = await watchRollout(api, revision, options.timeout);
  if (options.output !== "table") printChanges(options, { ...result, rollout });
  printDiagnostics(rollout.findings ?? []);
  const locate = locateOrigins(written);
  process.stderr.write(describeRollout(rollout, locate));
  return exitOfRollout(rollout, locate);
}
