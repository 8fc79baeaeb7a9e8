import { type Command, Option } from "commander";
import { type ApiClient, connect, type ServerOptions, toPharosError } from "#cli/client/client.ts";
import { durationFlagMs } from "#cli/duration.ts";
import { reportFailure } from "#cli/failure.ts";
import type { Format } from "#cli/output/output.ts";
import { outputOption } from "#cli/output/output-option.ts";

export interface CommonOptions extends ServerOptions {
  readonly output: Format;
}

/** Adds what every verb that talks to the server takes, and what else than a table, JSON and YAML `-o` may be. */
export function withServer(command: Command, ...formats: readonly string[]): Command {
  return command
    .option(
      "--server <url>",
      "the console's address (default: PHAROS_SERVER, then .demo or .pharos, then http://127.0.0.1:20001)",
    )
    .option("--token <token>", "API token (default: PHAROS_TOKEN, then the data directory's admin-token)")
    .option("--dir <dir>", "data directory of a server or demo on this machine (default: PHAROS_DIR)")
    .addOption(outputOption(...formats));
}

/** Adds what verbs that write take. */
export function withWrite(command: Command): Command {
  return command
    .option("--wait", "until every connected proxy that must have it has acknowledged it")
    .addOption(
      // Read before anything is written: a wrong flag changes nothing.
      new Option("--timeout <duration>", "how long --wait waits")
        .default(30_000, '"30s"')
        .argParser((text) => durationFlagMs(text, "--timeout")),
    )
    .option("--reason <text>", "why, kept with the revision", "");
}

/** Runs a verb against the server and turns its failure into a message and the documented exit code. */
export async function withClient<O extends ServerOptions>(
  options: O,
  run: (api: ApiClient) => Promise<number | undefined>,
): Promise<void> {
  try {
    process.exitCode = (await run(connect(options))) ?? 0;
  } catch (error) {
    process.exitCode = reportFailure(toPharosError(error, options));
  }
}
