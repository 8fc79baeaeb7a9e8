import type { Command } from "commander";
import { parseAllDocuments } from "yaml";
import { type CommonOptions, withClient, withServer } from "#cli/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print } from "#cli/output.ts";
import { printDiagnostics } from "#cli/print-diagnostics.ts";
import { readChanges } from "#cli/read-changes.ts";
import { parseKind, parseSelection } from "#cli/resource-args.ts";
import { waitForRollout } from "#cli/wait-for-rollout.ts";
import { hasErrors } from "#core/diagnostic.ts";
import { PharosError } from "#core/errors.ts";

interface DeleteOptions extends CommonOptions {
  readonly namespace: string;
  readonly filename?: string[];
  readonly wait?: boolean;
  readonly timeout: string;
  readonly reason: string;
}

function refsInFiles(paths: readonly string[], namespace: string): string[] {
  return readChanges(paths).flatMap((change) =>
    change.op === "delete"
      ? []
      : parseAllDocuments(change.text).flatMap((document) => {
          const object = document.toJS() as { kind?: string; metadata?: { name?: string; namespace?: string } } | null;
          if (object?.kind === undefined || object.metadata?.name === undefined) return [];
          return [`${parseKind(object.kind)}/${object.metadata.namespace ?? namespace}/${object.metadata.name}`];
        }),
  );
}

export function addDelete(program: Command): void {
  withServer(program.command("delete"))
    .description("delete resources; all of them or none")
    .argument("[type]", "vs, vs/reviews")
    .argument("[names...]")
    .option("-f, --filename <path...>", "delete what these files hold")
    .option("-n, --namespace <namespace>", "namespace", "default")
    .option("--wait", "until every connected proxy that must know has acknowledged it")
    .option("--timeout <seconds>", "how long --wait waits", "30")
    .option("--reason <text>", "why, kept with the revision", "")
    .action((type: string | undefined, names: string[], options: DeleteOptions) =>
      withClient(options, async (api) => {
        const refs =
          options.filename === undefined
            ? named([type, ...names], options.namespace)
            : refsInFiles(options.filename, options.namespace);
        if (refs.length === 0)
          throw new PharosError("invalid", "nothing to delete was named", {
            hint: "`pharos delete vs reviews`, or -f FILE",
          });
        const result = await api.config.applyChanges.mutate({
          changes: refs.map((ref) => ({ op: "delete", ref })),
          reason: options.reason,
        });
        printDiagnostics(result.diagnostics);
        if (hasErrors(result.diagnostics)) return EXIT.invalid;
        const columns = [
          { title: "resource", value: (row: { ref: string }) => row.ref },
          { title: "result", value: (row: { op: string }) => row.op },
        ];
        print(options.output, { revision: result.revision, deleted: refs }, result.changed, columns);
        return options.wait && result.revision !== null
          ? waitForRollout(api, result.revision, Number(options.timeout) * 1000)
          : EXIT.ok;
      }),
    );
}

function named(args: readonly (string | undefined)[], namespace: string): string[] {
  const { kinds, names } = parseSelection(args.filter((argument) => argument !== undefined));
  return kinds.flatMap((kind) => names.map((name) => `${kind}/${namespace}/${name}`));
}
