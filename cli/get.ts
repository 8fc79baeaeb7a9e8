import type { Command } from "commander";
import { parse, stringify } from "yaml";
import { type CommonOptions, withClient, withServer } from "#cli/command.ts";
import { age, print } from "#cli/output.ts";
import { parseSelection } from "#cli/resource-args.ts";
import { PharosError } from "#core/errors.ts";
import type { ResourceSummary } from "#core/view/config.ts";

interface GetOptions extends CommonOptions {
  readonly namespace: string;
  readonly allNamespaces?: boolean;
}

const columns = [
  { title: "name", value: (row: ResourceSummary) => row.name },
  { title: "hosts", value: (row: ResourceSummary) => row.hosts.join(",") || "-" },
  { title: "version", value: (row: ResourceSummary) => row.resourceVersion },
  { title: "author", value: (row: ResourceSummary) => row.author },
  { title: "age", value: (row: ResourceSummary) => age(row.updatedAt) },
];

export function addGet(program: Command): void {
  withServer(program.command("get"))
    .description("list resources, or print some as they were written")
    .argument("<type>", "virtualservices (vs), vs/reviews, vs,dr, all")
    .argument("[names...]")
    .option("-n, --namespace <namespace>", "namespace", "default")
    .option("-A, --all-namespaces", "in all namespaces")
    .action((type: string, names: string[], options: GetOptions) =>
      withClient(options, async (api) => {
        const selection = parseSelection([type, ...names]);
        const listed = await api.config.list.query({
          kinds: [...selection.kinds],
          ...(options.allNamespaces ? {} : { namespace: options.namespace }),
        });
        const chosen =
          selection.names.length === 0 ? listed : listed.filter(({ name }) => selection.names.includes(name));
        const missing = selection.names.filter((name) => !chosen.some((each) => each.name === name));
        if (missing.length > 0)
          throw new PharosError(
            "not-found",
            `no ${selection.kinds.join("/")} ${missing.join(", ")} in namespace ${options.namespace}`,
          );
        if (options.output === "table") {
          const extra = [
            ...(options.allNamespaces ? [{ title: "namespace", value: (row: ResourceSummary) => row.namespace }] : []),
            ...(selection.kinds.length > 1 ? [{ title: "kind", value: (row: ResourceSummary) => row.kind }] : []),
          ];
          print(
            "table",
            chosen,
            chosen,
            [...extra, ...columns],
            `no resources found in ${options.allNamespaces ? "any namespace" : `namespace ${options.namespace}`}`,
          );
          return;
        }
        const details = await Promise.all(chosen.map(({ ref }) => api.config.get.query({ ref })));
        if (options.output === "yaml") {
          process.stdout.write(details.map(({ text }) => text.trimEnd()).join("\n---\n"));
          process.stdout.write("\n");
          return;
        }
        const items = details.map(({ text, resourceVersion }) => {
          const object = parse(text) as { metadata: object };
          return { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } };
        });
        const single = selection.names.length === 1 ? items[0] : { apiVersion: "v1", kind: "List", items };
        process.stdout.write(options.output === "json" ? `${JSON.stringify(single, null, 2)}\n` : stringify(single));
      }),
    );
}
