import type { Command } from "commander";
import { connect } from "#cli/client/client.ts";
import { completeWords } from "#cli/commands/completion/complete-words.ts";
import { createLookUp } from "#cli/commands/completion/look-up.ts";

/** `pharos __complete WORDS`, which the scripts of `pharos completion` call. */
export async function printCompletions(program: Command, words: readonly string[]): Promise<void> {
  const values = await completeWords(program, words, (flags) => createLookUp(() => connect(flags), flags));
  const lines =
    typeof values === "string"
      ? [`:${values}`]
      : values.map(({ word, description }) =>
          description === "" ? word : `${word}\t${description.split("\n", 1)[0]}`,
        );
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
