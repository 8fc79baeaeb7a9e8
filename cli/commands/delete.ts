import type { Command } from "commander";
import { parseAllDocuments } from "yaml";
import type { ApiClient } from "#cli/client/client.ts";
import { withClient, withServer, withWrite } from "#cli/commands/command.ts";
import { dryRunOption } from "#cli/commands/dry-run-option.ts";
import { printPreview } from "#cli/commands/print-preview.ts";
import { printResult, type WriteOptions } from "#cli/commands/print-result.ts";
import { readChanges } from "#cli/commands/read-changes.ts";
import { findKind, parseSelection } from "#cli/commands/resource-args.ts";
import { refuseNamesWithSelector, selectorOption } from "#cli/commands/selector-option.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { UsageError } from "#cli/failure.ts";
import { PharosError } from "#core/errors.ts";
import { listItems } from "#core/resource/list-items.ts";

interface DeleteOptions extends WriteOptions {
  readonly namespace: string;
  readonly filename?: string[];
  readonly all?: boolean;
  readonly selector?: string;
  readonly ignoreNotFound?: boolean;
  readonly dryRun?: true | "server" | "client";
}

interface Named {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** Only what names a resource is read: a file that would be refused today can still be taken back. */
function refsInFiles(paths: readonly string[], namespace: string): string[] {
  const refs = readChanges(paths).flatMap(({ text, file }) =>
    parseAllDocuments(text).flatMap((document) => {
      const problem = document.errors[0];
      if (problem !== undefined) throw new PharosError("invalid", `${file}: ${problem.message}`);
      return listItems(document).flatMap(({ node }) => {
        const object = (node?.toJS(document) ?? null) as Named | null;
        if (object === null) return [];
        const kind = findKind(String(object.kind));
        if (kind === undefined || object.metadata?.name === undefined)
          throw new PharosError("invalid", `${file}: a document names no resource (kind ${object.kind})`);
        return [`${kind}/${object.metadata.namespace ?? namespace}/${object.metadata.name}`];
      });
    }),
  );
  // As `apply` says it: an empty file is rather a mistake than a wish.
  if (refs.length === 0) throw new PharosError("invalid", `there is no document in ${paths.join(", ")}`);
  return refs;
}

async function refsOf(api: ApiClient, args: readonly string[], options: DeleteOptions): Promise<string[]> {
  const { namespace, filename, all, selector } = options;
  if (filename !== undefined) {
    if (args.length > 0) throw new UsageError("-f and names together", { hint: "one or the other" });
    if (selector)
      throw new UsageError("-f and -l together", { hint: "`pharos delete vs -l app=reviews` needs no file" });
    return refsInFiles(filename, namespace);
  }
  const selection = parseSelection(args);
  refuseNamesWithSelector(selection, selector);
  if (selector && all)
    throw new UsageError("--all and -l together", { hint: "-l chooses some of a type, --all every one" });
  const { kinds, names } = selection;
  if (names !== null) return names.map(({ kind, name }) => `${kind}/${namespace}/${name}`);
  // A selector that came out empty, as of a variable that is not set, must not mean everything.
  if (selector || all)
    return (await api.config.list.query({ kinds: [...kinds], namespace, labelSelector: selector })).map(
      ({ ref }) => ref,
    );
  throw new UsageError("nothing to delete was named", {
    hint: `\`pharos delete ${args[0]} NAME\`, -l app=x for those with a label, --all for every one in the namespace, or -f FILE`,
  });
}

export function addDelete(program: Command): void {
  withWrite(withServer(program.command("delete")))
    .description("delete resources; all of them or none")
    .argument("[type]", "vs, vs/reviews")
    .argument("[names...]")
    .option("-f, --filename <path...>", "delete what these files hold")
    .option("-n, --namespace <namespace>", "namespace", "default")
    .addOption(selectorOption())
    .option("--all", "every resource of the type in the namespace")
    .addOption(dryRunOption())
    .option("--ignore-not-found", "succeed where a resource does not exist")
    .action((type: string | undefined, names: string[], options: DeleteOptions) =>
      withClient(options, async (api) => {
        let refs = await refsOf(api, type === undefined ? [] : [type, ...names], options);
        if (options.ignoreNotFound) {
          const known = new Set((await api.config.list.query({})).map(({ ref }) => ref));
          refs = refs.filter((ref) => known.has(ref));
        }
        if (refs.length === 0) {
          process.stderr.write("nothing to delete\n");
          return EXIT.ok;
        }
        const changes = refs.map((ref) => ({ op: "delete" as const, ref }));
        if (options.dryRun) return printPreview(api, options, changes);
        return printResult(api, options, await api.config.applyChanges.mutate({ changes, reason: options.reason }));
      }),
    );
}
