import type { Command } from "commander";
import { type CommonOptions, withClient, withServer, withWrite } from "#cli/commands/command.ts";
import { printPreview } from "#cli/commands/print-preview.ts";
import { printResult, type WriteOptions } from "#cli/commands/print-result.ts";
import { parseKind } from "#cli/commands/resource-args.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { UsageError } from "#cli/failure.ts";
import { integerFlag } from "#cli/number.ts";
import { age, print } from "#cli/output/output.ts";
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
          throw new UsageError(`"${resource}" is not TYPE/NAME`, { hint: "for example vs/reviews" });
        const ref = name === undefined ? {} : { ref: `${parseKind(kind)}/${options.namespace}/${name}` };
        const revisions = await api.config.history.query({
          ...ref,
          limit: integerFlag(options.limit, "--limit", 1, 500),
        });
        const empty =
          resource === undefined
            ? "no revisions yet"
            : `no revision changed ${resource} in namespace ${options.namespace}`;
        print(options.output, revisions, revisions, columns, empty);
        return EXIT.ok;
      }),
    );
}

export function addRollback(program: Command): void {
  withWrite(withServer(program.command("rollback")))
    .description("restore the state as of a revision, as a new revision")
    .argument("<revision>")
    .option("--undo", "revert only what that revision changed")
    .option("--dry-run", "check and show what would change, whose traffic it concerns; write nothing")
    .action((revisionText: string, options: WriteOptions & { readonly undo?: boolean; readonly dryRun?: boolean }) =>
      withClient(options, async (api) => {
        const revision = Number(revisionText);
        if (!Number.isInteger(revision) || revision < 0)
          throw new UsageError(`"${revisionText}" is not a revision`, { hint: "`pharos history` lists them" });
        if (options.dryRun) {
          const way = options.undo ? "undo" : "rollback";
          return printPreview(api, options, await api.config.restoreChanges.query({ revision, way }));
        }
        const write = options.undo ? api.config.undo : api.config.rollback;
        return printResult(api, options, await write.mutate({ revision, reason: options.reason }));
      }),
    );
}
