import type { Command } from "commander";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure, UsageError } from "#cli/failure.ts";
import { type Format, printValue } from "#cli/output/output.ts";
import { outputOption } from "#cli/output/output-option.ts";

interface JoinFlags {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly out: string;
  readonly server?: string;
  readonly output: Format;
}

function noToken({ tokenFile }: Pick<JoinFlags, "tokenFile">): string {
  return tokenFile === undefined ? "join needs --token or --token-file" : `${tokenFile} holds no join token`;
}

export function addJoin(program: Command): void {
  program
    .command("join")
    .description("trade a join token for an identity: certificate, key and roots as files")
    .option("--token <token>", "from `pharos token create`")
    .option("--token-file <file>", "file with the join token: other users of this host see command lines")
    .requiredOption("--out <dir>", "where cert-chain.pem, key.pem and root-cert.pem go")
    .option("--server <host:port>", "control plane (default: the token's)")
    .addOption(outputOption())
    .action(async ({ out, server, output, ...place }: JoinFlags) => {
      try {
        const { readToken } = await import("#mesh-agent/read-token.ts");
        const token = readToken(place);
        if (token === undefined) throw new UsageError(noToken(place), { hint: "`pharos token create`" });
        const { writeIdentity } = await import("#mesh-agent/identity/write-identity.ts");
        const written = await writeIdentity({ token, out, server });
        if (output === "table")
          process.stdout.write(
            `${written.spiffeId} until ${written.notAfter}\n${Object.values(written.files).join("\n")}\n`,
          );
        else printValue(output, written);
        process.exitCode = EXIT.ok;
      } catch (error) {
        process.exitCode = reportFailure(error);
      }
    });
}
