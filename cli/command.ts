import { type Command, Option } from "commander";
import { type ApiClient, connect, type ServerOptions, toPharosError } from "#cli/client.ts";
import { EXIT_OF } from "#cli/exit-codes.ts";
import type { Format } from "#cli/output.ts";

export interface CommonOptions extends ServerOptions {
  readonly output: Format;
}

/** Adds what every verb that talks to the server takes. */
export function withServer(command: Command): Command {
  return command
    .option(
      "--server <url>",
      "the console's address (default: PHAROS_SERVER, then .demo or .pharos, then http://127.0.0.1:20001)",
    )
    .option("--token <token>", "API token (default: PHAROS_TOKEN, then the data directory's admin-token)")
    .option("--dir <dir>", "data directory of a server or demo on this machine")
    .addOption(new Option("-o, --output <format>", "how to print").choices(["table", "json", "yaml"]).default("table"));
}

/** Runs a verb against the server and turns its failure into a message and the documented exit code. */
export async function withClient<O extends ServerOptions>(
  options: O,
  run: (api: ApiClient) => Promise<number | undefined>,
): Promise<void> {
  try {
    process.exitCode = (await run(connect(options))) ?? 0;
  } catch (error) {
    const known = toPharosError(error, options);
    process.stderr.write(`error: ${known.toString()}\n`);
    process.exitCode = EXIT_OF[known.code];
  }
}
