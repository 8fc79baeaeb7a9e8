import type { Command } from "commander";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { durationFlagMs } from "#cli/duration.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { print, printValue } from "#cli/output/output.ts";

interface TokenOptions extends CommonOptions {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly group?: string;
  readonly ttl: string;
  readonly xds?: string;
}

export function addToken(program: Command): void {
  const token = program
    .command("token")
    .description("join tokens: how a host proves, once, that it may have an identity");
  withServer(token.command("create", { isDefault: true }))
    .description("make a token for one identity; it works once")
    .option("-n, --namespace <namespace>", "namespace of the identity", "default")
    .requiredOption("--service-account <account>", "account of the identity")
    .option("--group <group>", "the WorkloadGroup its agent is an instance of; apply it first")
    .option("--ttl <duration>", "how long it may be used", "1h")
    .option("--xds <host:port>", "where the host reaches the control plane (default: its own address)")
    .action((options: TokenOptions) =>
      withClient(options, async (api) => {
        const made = await api.identity.createJoinToken.mutate({
          namespace: options.namespace,
          serviceAccount: options.serviceAccount,
          ttlSeconds: Math.round(durationFlagMs(options.ttl, "--ttl") / 1000),
          ...(options.group === undefined ? {} : { group: options.group }),
          ...(options.xds === undefined ? {} : { server: options.xds }),
        });
        if (options.output === "table") process.stdout.write(`${made.token}\n`);
        else printValue(options.output, made);
        return EXIT.ok;
      }),
    );
  withServer(token.command("list"))
    .description("tokens and what became of them")
    .action((options: CommonOptions) =>
      withClient(options, async (api) => {
        const tokens = await api.identity.joinTokens.query();
        print(
          options.output,
          tokens,
          tokens,
          [
            { title: "id", value: (row) => row.id },
            { title: "identity", value: (row) => `${row.namespace}/${row.serviceAccount}` },
            { title: "group", value: (row) => row.group },
            { title: "state", value: (row) => row.state },
            { title: "expires", value: (row) => row.expiresAt },
            { title: "by", value: (row) => row.createdBy },
          ],
          "no tokens were made yet",
        );
        return EXIT.ok;
      }),
    );
  withServer(token.command("revoke"))
    .argument("<id>")
    .description("revoke an unused token")
    .action((id: string, options: CommonOptions) =>
      withClient(options, async (api) => {
        await api.identity.revokeJoinToken.mutate({ id });
        return EXIT.ok;
      }),
    );
}
