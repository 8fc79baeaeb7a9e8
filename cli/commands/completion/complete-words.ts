import type { Argument, Command, Option } from "commander";
import { commandsOf, joinEquals, type Line, optionsOf, readWords } from "#cli/commands/completion/read-words.ts";
import {
  type Candidate,
  choices,
  type LookUp,
  type Place,
  VALUES,
  type Values,
} from "#cli/commands/completion/values.ts";

/** `--filename <path...>` → `path` */
function placeholderOf({ flags }: Option): string {
  return /[<[]([^>\].]+)/.exec(flags)?.[1] ?? "";
}

async function valuesOf(name: string, list: readonly string[] | undefined, place: Place): Promise<Values> {
  return list === undefined ? ((await VALUES[name]?.(place)) ?? []) : choices(list);
}

/** The last argument may take many words. */
function argumentAt({ command, before }: Line): Argument | undefined {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[before.length] ?? (last?.variadic ? last : undefined);
}

function flagsOf({ command, given }: Line): readonly Candidate[] {
  return optionsOf(command)
    .filter((option) => option.variadic || !given.has(option))
    .map(({ long, short, description }) => ({ word: long ?? short ?? "", description }));
}

async function argumentsOf(line: Line, place: Place): Promise<Values> {
  const { command, helped, before } = line;
  const verbs = before.length === 0 ? commandsOf(helped ?? command) : [];
  if (verbs.length > 0) return verbs.map((verb) => ({ word: verb.name(), description: verb.description() }));
  const argument = helped === undefined ? argumentAt(line) : undefined;
  return argument === undefined ? [] : valuesOf(argument.name(), argument.argChoices, place);
}

function startingWith(values: Values, typed: string): Values {
  return typeof values === "string" ? values : values.filter(({ word }) => word.startsWith(typed));
}

/**
 * What the last of `words` may become, given those before it: from the tree of commands that `program` holds, and from what `lookUp` knows.
 * `lookUpFor` is told the flags of the line, which may name a server and a namespace.
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  lookUpFor: (flags: Readonly<Record<string, string>>) => LookUp,
): Promise<Values> {
  const joined = joinEquals(words);
  const typed = joined.at(-1) ?? "";
  const line = readWords(program, joined.slice(0, -1));
  const flags = Object.fromEntries([...line.given].map(([option, value]) => [option.attributeName(), value]));
  const place: Place = { typed, before: line.before, lookUp: lookUpFor(flags) };
  const { awaits } = line;

  const equals = typed.startsWith("--") ? typed.indexOf("=") : -1;
  if (equals > 0 && line.isOpen) {
    const flag = typed.slice(0, equals + 1);
    const option = optionsOf(line.command).find(({ long }) => `${long}=` === flag);
    if (option === undefined) return [];
    const rest = { ...place, typed: typed.slice(flag.length) };
    const values = startingWith(await valuesOf(placeholderOf(option), option.argChoices, rest), rest.typed);
    return typeof values === "string" ? values : values.map((each) => ({ ...each, word: flag + each.word }));
  }
  if (awaits !== undefined && !awaits.isOptional)
    return startingWith(await valuesOf(placeholderOf(awaits.option), awaits.option.argChoices, place), typed);
  if (typed.startsWith("-") && line.isOpen) return startingWith(flagsOf(line), typed);
  const values = await argumentsOf(line, place);
  if (awaits === undefined || typeof values === "string") return startingWith(values, typed);
  // A flag's value that may be left out: either may follow.
  const more = await valuesOf(placeholderOf(awaits.option), awaits.option.argChoices, place);
  return startingWith(typeof more === "string" ? more : [...more, ...values], typed);
}
