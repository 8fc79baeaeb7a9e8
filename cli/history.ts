import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { age, print } from "#cli/output.ts";
import { printDiagnostics } from "#cli/print-diagnostics.ts";
import { parseKind } from "#cli/resource-args.ts";
import { waitForRollout } from "#cli/wait-for-rollout.ts";
import { PharosError } from "#core/errors.ts";
import type { RevisionSummary } from "#core/view/config.ts";

const columns = [
  { title: "revision", value: (row: RevisionSummary) => row.revision },
  { title: "age", value: (row: RevisionSummary) => age(row.at) },
  { title: "author", value: (row: RevisionSummary) => row.author },
  { title: "changed", value: (row: RevisionSummary) => summarize(row.changed.map(({ ref }) => ref)) },
  { title: "reason", value: (row: RevisionSummary) => row.reason || "-" },
];

function summarize(refs: readonly string[]): string {
  return refs.length <= 2 ? refs.join(",") : `${refs[0]} and ${refs.length - 1} more`;
}

export function addHistory(program: Command): void {
  withServer(program.command("history"))
    .description("revisions, newest first; of one resource when named (`vs/reviews`)")
    .argument("[resource]")
    .option("-n, --namespace <namespace>", "namespace of the resource", "default")
    .option("--limit <n>", "how many", "20")
    .action((resource: string | undefined, options: CommonOptions & { namespace: string; limit: string }) =>
      withClient(options, async (api) => {
        const [kind = "", name] = resource?.split("/", 2) ?? [];
        if (resource !== undefined && name === undefined)
          throw new PharosError("invalid", `"${resource}" is not TYPE/NAME`, { hint: "for example vs/reviews" });
        const ref = name === undefined ? {} : { ref: `${parseKind(kind)}/${options.namespace}/${name}` };
        const revisions = await api.config.history.query({ ...ref, limit: Number(options.limit) });
        print(options.output, revisions, revisions, columns, "no revisions yet");
        return EXIT.ok;
      }),
    );
}

interface RollbackOptions extends CommonOptions {
  readonly reason: string;
  readonly wait?: boolean;
  readonly timeout: string;
  readonly undo?: boolean;
}

export function addRollback(program: Command): void {
  withServer(program.command("rollback"))
    .description("restore the state as of a revision, as a new revision")
    .argument("<revision>")
    .option("--undo", "revert only what that revision changed")
    .option("--reason <text>", "why, kept with the revision", "")
    .option("--wait", "until every connected proxy that must have it has acknowledged it")
    .option("--timeout <seconds>", "how long --wait waits", "30")
    .action((revisionText: string, options: RollbackOptions) =>
      withClient(options, async (api) => {
        const revision = Number(revisionText);
        if (!Number.isInteger(revision) || revision < 0)
          throw new PharosError("invalid", `"${revisionText}" is not a revision`, {
            hint: "`pharos history` lists them",
          });
        const result = await (options.undo ? api.config.undo : api.config.rollback).mutate({
          revision,
          reason: options.reason,
        });
        printDiagnostics(result.diagnostics);
        const rows = [
          { title: "resource", value: (row: { ref: string }) => row.ref },
          { title: "result", value: (row: { op: string }) => row.op },
        ];
        print(
          options.output,
          { revision: result.revision, changed: result.changed.map(({ ref, op }) => ({ ref, op })) },
          result.changed,
          rows,
          "nothing to change",
        );
        return options.wait && result.revision !== null
          ? waitForRollout(api, result.revision, Number(options.timeout) * 1000)
          : EXIT.ok;
      }),
    );
}
