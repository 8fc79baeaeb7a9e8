import type { Command } from "commander";
import { parse } from "yaml";
import type { ApiClient } from "#cli/client/client.ts";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { parseSelection, type Selection } from "#cli/commands/resource-args.ts";
import { refuseNamesWithSelector, selectorOption } from "#cli/commands/selector-option.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { age, type Column, type Format, print, printValue } from "#cli/output/output.ts";
import { PharosError } from "#core/errors.ts";
import { KINDS } from "#core/kinds/kinds.ts";
import { editDocument } from "#core/resource/edit-document.ts";
import type { ResourceDetail, ResourceSummary } from "#core/view/config.ts";

interface GetOptions extends Omit<CommonOptions, "output"> {
  readonly output: Format | "wide" | "name";
  readonly namespace: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
}

function columnsFor({ kinds }: Selection, { output, allNamespaces }: GetOptions): Column<ResourceSummary>[] {
  return [
    ...(allNamespaces ? [{ title: "namespace", value: (row: ResourceSummary) => row.namespace }] : []),
    ...(kinds.length > 1 ? [{ title: "kind", value: (row: ResourceSummary) => row.kind }] : []),
    { title: "name", value: (row) => row.name },
    { title: "hosts", value: (row) => row.hosts.join(",") || "-" },
    { title: "version", value: (row) => row.resourceVersion },
    { title: "author", value: (row) => row.author },
    { title: "age", value: (row) => age(row.updatedAt) },
    ...(output === "wide"
      ? [
          { title: "updated", value: (row: ResourceSummary) => row.updatedAt },
          {
            title: "problems",
            value: (row: ResourceSummary) => row.diagnostics.map(({ code }) => code).join(",") || "-",
          },
        ]
      : []),
  ];
}

/** The named ones in the order of the list; all when none is named. Throws `not-found` naming those that are missing. */
async function choose(api: ApiClient, selection: Selection, options: GetOptions): Promise<readonly ResourceSummary[]> {
  const listed = await api.config.list.query({
    kinds: [...selection.kinds],
    ...(options.allNamespaces ? {} : { namespace: options.namespace }),
    labelSelector: options.selector,
  });
  if (selection.names === null) return listed;
  const isNamed = (row: ResourceSummary, named: { kind: string; name: string }): boolean =>
    row.kind === named.kind && row.name === named.name;
  const missing = selection.names.filter((named) => !listed.some((row) => isNamed(row, named)));
  if (missing.length > 0)
    throw new PharosError(
      "not-found",
      `no ${missing.map(({ kind, name }) => `${kind} ${name}`).join(", ")} in ${placeOf(options)}`,
      {
        hint: options.allNamespaces ? "`pharos get all -A` lists what there is" : "-n names another namespace, -A all",
      },
    );
  return listed.filter((row) => selection.names.some((named) => isNamed(row, named)));
}

function placeOf({ allNamespaces, namespace }: GetOptions): string {
  return allNamespaces ? "any namespace" : `namespace ${namespace}`;
}

/** As it was written, with the version that an edit of it begins from: applied later than another's edit, it is a conflict. */
function withVersion({ text, resourceVersion }: ResourceDetail): string {
  return editDocument(text, [{ op: "set", path: ["metadata", "resourceVersion"], value: String(resourceVersion) }]);
}

export function addGet(program: Command): void {
  withServer(program.command("get"), "wide", "name")
    .description("list resources, or print some as they were written")
    .argument("<type>", "virtualservices (vs), vs/reviews, vs,dr, all")
    .argument("[names...]")
    .option("-n, --namespace <namespace>", "namespace", "default")
    .option("-A, --all-namespaces", "in all namespaces")
    .addOption(selectorOption())
    .action((type: string, names: string[], options: GetOptions) =>
      withClient(options, async (api) => {
        const selection = parseSelection([type, ...names]);
        refuseNamesWithSelector(selection, options.selector);
        const chosen = await choose(api, selection, options);
        if (options.output === "table" || options.output === "wide") {
          const empty = `no resources found in ${placeOf(options)}`;
          print("table", chosen, chosen, columnsFor(selection, options), empty);
          return EXIT.ok;
        }
        if (options.output === "name") {
          for (const { kind, name } of chosen)
            process.stdout.write(`${kind.toLowerCase()}.${KINDS[kind].group}/${name}\n`);
          return EXIT.ok;
        }
        const texts = (await Promise.all(chosen.map(({ ref }) => api.config.get.query({ ref })))).map(withVersion);
        if (options.output === "yaml" && texts.length > 0) {
          process.stdout.write(`${texts.map((text) => text.trimEnd()).join("\n---\n")}\n`);
          return EXIT.ok;
        }
        const items = texts.map((text): unknown => parse(text));
        const value = selection.names?.length === 1 ? items[0] : { apiVersion: "v1", kind: "List", items };
        printValue(options.output, value);
        return EXIT.ok;
      }),
    );
}
