import { Argument, type Command } from "commander";
import { SHELLS, type Shell } from "#cli/commands/completion/shells.ts";

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("let the shell complete verbs, flags, types and names: `source <(pharos completion bash)`")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS)))
    .action((shell: Shell) => {
      process.stdout.write(SHELLS[shell]);
    });
}
