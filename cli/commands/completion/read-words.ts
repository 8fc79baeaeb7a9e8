import type { Command, Option } from "commander";

/** What a line says before the word that is being typed. */
export interface Line {
  readonly command: Command;
  /** Set behind `help`, which commander makes up: the command whose verbs may follow. */
  readonly helped: Command | undefined;
  /** The arguments of `command`. */
  readonly before: readonly string[];
  /** The flag whose value is being typed, and whether something else may stand there too. */
  readonly awaits: { readonly option: Option; readonly isOptional: boolean } | undefined;
  readonly given: ReadonlyMap<Option, string>;
  /** Behind `--` nothing is a flag. */
  readonly isOpen: boolean;
}

export function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

export function commandsOf(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

/** bash takes `--output=json` apart at the sign. */
export function joinEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [at, word] of words.entries()) {
    const last = joined.at(-1);
    if (last !== undefined && (word === "=" || words[at - 1] === "=")) joined[joined.length - 1] = last + word;
    else joined.push(word);
  }
  return joined;
}

/** Walks `words`, all but the one being typed, through the commands as commander will. */
export function readWords(program: Command, words: readonly string[]): Line {
  let command = program;
  let helped: Command | undefined;
  let awaits: Line["awaits"];
  let isOpen = true;
  const before: string[] = [];
  const given = new Map<Option, string>();

  const find = (flag: string): Option | undefined =>
    optionsOf(command).find(({ short, long }) => flag === short || flag === long);

  function readFlag(word: string): void {
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const isAttached = equals > 0 || (!word.startsWith("--") && word.length > 2);
    const option = find(equals > 0 ? word.slice(0, equals) : isAttached ? word.slice(0, 2) : word);
    if (option === undefined) return;
    given.set(option, isAttached ? word.slice(equals > 0 ? equals + 1 : 2) : "");
    if (!isAttached && (option.required || option.optional)) awaits = { option, isOptional: option.optional };
  }

  for (const word of words) {
    if (isOpen && word === "--") {
      isOpen = false;
      awaits = undefined;
    } else if (awaits !== undefined && !(word.startsWith("-") && (awaits.isOptional || awaits.option.variadic))) {
      given.set(awaits.option, word);
      awaits = awaits.option.variadic ? { ...awaits, isOptional: true } : undefined;
    } else if (isOpen && word.startsWith("-") && word !== "-") {
      awaits = undefined;
      readFlag(word);
    } else {
      const child = commandsOf(command).find((each) => each.name() === word || each.aliases().includes(word));
      if (child === undefined || before.length > 0) before.push(word);
      else {
        helped = command.commands.includes(child) ? undefined : command;
        command = child;
      }
    }
  }
  return { command, helped, before, awaits, given, isOpen };
}
