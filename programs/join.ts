import { resolve } from "node:path";
import type { Command } from "commander";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure, UsageError } from "#cli/failure.ts";
import { type Format, printValue } from "#cli/output/output.ts";
import { outputOption } from "#cli/output/output-option.ts";
import type { HostFlags } from "#programs/host/host-settings.ts";
import { AGENT_DIR, UNIT_DIR } from "#programs/host/systemd-unit.ts";

/** The bundle is as deep in it as this file. */
const ROOT = resolve(import.meta.dirname, "..");

interface JoinFlags extends Omit<HostFlags, "token"> {
  readonly token?: string;
  readonly tokenFile?: string | undefined;
  readonly out?: string;
  readonly start: boolean;
  readonly unitDir: string;
  readonly output: Format;
}

function noToken({ tokenFile }: Pick<JoinFlags, "tokenFile">): string {
  return tokenFile === undefined ? "join needs --token or --token-file" : `${tokenFile} holds no join token`;
}

export function addJoin(program: Command): void {
  program
    .command("join")
    .description(
      "make this host part of the mesh: an agent as a systemd unit, traffic captured; or, with --out, get an identity as files",
    )
    .option("--token <token>", "from `pharos token create`")
    .option("--token-file <file>", "file with the join token: other users of this host see command lines")
    .option("--server <host:port>", "control plane (default: the token's)")
    .option("--name <name>", "name of this instance, unique in the namespace (default: the group's and the host's)")
    .option(
      "--port <name:port>",
      "service port that an application answers here; may be given several times",
      (port, all: string[]) => [...all, port],
      [],
    )
    .option(
      "--address <address>",
      "where other proxies reach this host (default: its address on the way to the control plane)",
    )
    .option("--capture <mode>", "auto (default), nftables or iptables")
    .option("--config <file>", "YAML with more of the agent's settings")
    .option("--envoy <path>", "the Envoy to run")
    .option("--dir <dir>", "where the agent keeps what it has: a directory that is empty, or not there", AGENT_DIR)
    .option("--unit-dir <dir>", "where systemd looks for units", UNIT_DIR)
    .option("--no-start", "write everything, and start nothing")
    .option("--out <dir>", "only an identity: where cert-chain.pem, key.pem and root-cert.pem go")
    .addOption(outputOption())
    .action(async ({ out, output, start, unitDir, token: given, tokenFile, ...flags }: JoinFlags) => {
      try {
        const { readToken } = await import("#mesh-agent/read-token.ts");
        const token = readToken({ token: given, tokenFile });
        if (token === undefined) throw new UsageError(noToken({ tokenFile }), { hint: "`pharos token create`" });
        if (out === undefined) {
          const { joinHost } = await import("#programs/host/join-host.ts");
          const joined = await joinHost({ ...flags, token }, { unitDir, isToStart: start, root: ROOT });
          if (output === "table") process.stdout.write(`${joined.said}\n`);
          else printValue(output, joined);
        } else {
          const { writeIdentity } = await import("#mesh-agent/identity/write-identity.ts");
          const written = await writeIdentity({ token, out, server: flags.server });
          if (output === "table")
            process.stdout.write(
              `${written.spiffeId} until ${written.notAfter}\n${Object.values(written.files).join("\n")}\n`,
            );
          else printValue(output, written);
        }
        process.exitCode = EXIT.ok;
      } catch (error) {
        process.exitCode = reportFailure(error);
      }
    });
}
