import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { EXIT, EXIT_OF } from "#cli/exit-codes.ts";
import { PharosError } from "#core/errors.ts";

interface JoinFlags {
  readonly token: string;
  readonly out: string;
  readonly server?: string;
}

export function addJoin(program: Command): void {
  program
    .command("join")
    .description("trade a join token for an identity: certificate, key and roots as files")
    .requiredOption("--token <token>", "from `pharos token create`")
    .requiredOption("--out <dir>", "where cert-chain.pem, key.pem and root-cert.pem go")
    .option("--server <host:port>", "control plane (default: the token's)")
    .action(async ({ token, out, server }: JoinFlags) => {
      try {
        const { joinMesh } = await import("#mesh-agent/identity/join-mesh.ts");
        const { identity } = await joinMesh(token, server);
        mkdirSync(out, { recursive: true, mode: 0o700 });
        const files = { "key.pem": identity.keyPem, "cert-chain.pem": identity.chainPem, "root-cert.pem": identity.rootsPem };
        for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text, { mode: 0o600 });
        process.stdout.write(`${Object.keys(files).map((name) => join(out, name)).join("\n")}\n`);
        process.exitCode = EXIT.ok;
      } catch (error) {
        const known = PharosError.from(error);
        process.stderr.write(`error: ${known.toString()}\n`);
        process.exitCode = EXIT_OF[known.code];
      }
    });
}
