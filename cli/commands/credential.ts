import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print, printValue } from "#cli/output/output.ts";
import { PharosError } from "#core/errors.ts";
import type { CredentialView } from "#core/view/credential.ts";

interface ApplyOptions extends CommonOptions {
  readonly namespace: string;
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
  readonly crl?: string;
}

const FILES = { cert: "certificate", key: "key", ca: "roots", crl: "revocationList" } as const;

/** What the files hold, under the API's names. Throws "invalid" for one that cannot be read. */
function readFiles(options: ApplyOptions): Partial<Record<(typeof FILES)[keyof typeof FILES], string>> {
  const flags = Object.keys(FILES) as (keyof typeof FILES)[];
  return Object.fromEntries(
    flags.flatMap((flag) => {
      const path = options[flag];
      return path === undefined ? [] : [[FILES[flag], readPem(path, flag)]];
    }),
  );
}

function readPem(path: string, flag: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new PharosError("invalid", `--${flag}: ${path} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, {
      hint: "give the path of a file in PEM",
      cause,
    });
  }
}

const when = (ms: number | undefined): string => (ms === undefined ? "" : new Date(ms).toISOString());
const stateOf = ({ facts }: CredentialView): string =>
  facts.kind === "damaged"
    ? "cannot be opened: apply it again"
    : [facts.certificate === undefined ? [] : "certificate", facts.roots.length === 0 ? [] : "authorities"]
        .flat()
        .join(" and ");

export function addCredential(program: Command): void {
  const credential = program
    .command("credential")
    .description("certificates and keys that gateways and rules name by credentialName");
  withServer(credential.command("apply"))
    .argument("<name>")
    .description(
      "store one, or put it in the place of what has its name: proxies are given it without losing a connection",
    )
    .option("-n, --namespace <namespace>", "namespace of the gateways that may have it", "default")
    .option("--cert <file>", "certificate in PEM, what leads to its authority behind it")
    .option("--key <file>", "its private key in PEM")
    .option("--ca <file>", "authorities in PEM by which peers are checked")
    .option("--crl <file>", "lists in PEM of what these authorities have revoked")
    .action((name: string, options: ApplyOptions) =>
      withClient(options, async (api) => {
        const made = await api.credentials.put.mutate({ name, namespace: options.namespace, ...readFiles(options) });
        if (options.output === "table")
          process.stdout.write(`credential ${made.namespace}/${made.name} ${made.outcome}\n`);
        else printValue(options.output, made);
        for (const warning of made.warnings) process.stderr.write(`warning: ${warning}\n`);
        return EXIT.ok;
      }),
    );
  withServer(credential.command("list", { isDefault: true }))
    .description("credentials, without what they hold")
    .action((options: CommonOptions) =>
      withClient(options, async (api) => {
        const all = await api.credentials.list.query();
        const leafOf = ({ facts }: CredentialView) => (facts.kind === "usable" ? facts.certificate : undefined);
        print(
          options.output,
          all,
          all,
          [
            { title: "credential", value: (row) => `${row.namespace}/${row.name}` },
            { title: "holds", value: stateOf },
            { title: "names", value: (row) => leafOf(row)?.names.join(", ") ?? "" },
            { title: "ends", value: (row) => when(leafOf(row)?.notAfterMs) },
            { title: "named by", value: (row) => row.namedBy.join(", ") },
            { title: "by", value: (row) => row.updatedBy },
          ],
          "no credentials are stored yet",
        );
        return EXIT.ok;
      }),
    );
  withServer(credential.command("delete"))
    .argument("<name>")
    .description("forget one: what names it serves nobody from here on")
    .option("-n, --namespace <namespace>", "its namespace", "default")
    .action((name: string, options: CommonOptions & { readonly namespace: string }) =>
      withClient(options, async (api) => {
        const removed = await api.credentials.remove.mutate({ name, namespace: options.namespace });
        if (options.output === "table") process.stdout.write(`credential ${options.namespace}/${name} deleted\n`);
        else printValue(options.output, removed);
        for (const ref of removed.namedBy)
          process.stderr.write(`warning: ${ref} names it, and serves nothing in its place\n`);
        return EXIT.ok;
      }),
    );
}
